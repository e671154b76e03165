"""When a tutor can be booked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, NumberKey
from shared.models.tutors import Tutor


class ScheduleItem(Base):
    """A stretch of time a tutor offers; one tutor's items never overlap, touching is allowed."""

    __tablename__ = "schedule_items"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("schedule_items_tutor_idx", "tutor_id", "id"),
        ExcludeConstraint(
            ("tutor_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="schedule_items_overlap",
            using="gist",
        ),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
