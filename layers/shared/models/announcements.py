"""What tutors announce to everybody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, CreatedAt, NumberKey
from shared.models.tutors import Tutor

VISIBLE = text("hidden_at IS NULL")


class Announcement(Base):
    """A tutor's announcement; a hidden one is visible to its tutor and staff only."""

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint("cardinality(tags) <= 50", name="tags"),
        Index("announcements_tutor_idx", "tutor_id", "id"),
        Index("announcements_tags_idx", "tags_folded", postgresql_using="gin", postgresql_where=VISIBLE),
        Index("announcements_hidden_by_idx", "hidden_by", postgresql_where=text("hidden_by IS NOT NULL")),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    # The tags in lower-case ASCII, for searching.
    tags_folded: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    # Also None once the account is gone.
    hidden_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
