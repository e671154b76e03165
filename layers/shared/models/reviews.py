"""Ratings of tutors with their reviews, and reports of reviews."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, CreatedAt, NumberKey
from shared.models.tutors import Tutor


class Rating(Base):
    """One to five stars with a review, one per student and tutor.

    A hidden one is visible only to its author and staff, and does not count. Triggers maintain whether it is verified
    by a completed session of the two.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        UniqueConstraint("tutor_id", "student_id"),
        Index("ratings_tutor_idx", "tutor_id", "id"),
        Index("ratings_best_idx", "rating", "id"),
        Index("ratings_hidden_idx", "hidden_at", "id", postgresql_where=text("hidden_at IS NOT NULL")),
        Index("ratings_hidden_by_idx", "hidden_by", postgresql_where=text("hidden_by IS NOT NULL")),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    rating: Mapped[int] = mapped_column(SmallInteger)
    review: Mapped[str]
    verified: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[datetime | None]
    # The tutor's public reply.
    reply: Mapped[str | None]
    replied_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    # None for reviews hidden before this column existed, or by a deleted account.
    hidden_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))


class ReviewReport(Base):
    """A complaint about a review, for staff to decide on; one per review and reporter."""

    __tablename__ = "review_reports"
    __table_args__ = (
        UniqueConstraint("rating_id", "reporter_id"),
        Index("review_reports_open_idx", "id", postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[NumberKey]
    rating_id: Mapped[int] = mapped_column(ForeignKey(Rating.id, ondelete="CASCADE"))
    # None if the account was deleted.
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)
    reason: Mapped[str]
    created_at: Mapped[CreatedAt]
    resolved_at: Mapped[datetime | None]
