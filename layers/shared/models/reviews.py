"""What students say of tutors."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, CreatedAt, NumberKey
from shared.models.tutors import Tutor


class Rating(Base):
    """One to five stars with a review, one per student and tutor."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        UniqueConstraint("tutor_id", "student_id"),
        Index("ratings_tutor_idx", "tutor_id", "id"),
        Index("ratings_best_idx", "rating", "id"),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    rating: Mapped[int] = mapped_column(SmallInteger)
    review: Mapped[str]
    created_at: Mapped[CreatedAt]
