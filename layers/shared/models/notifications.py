"""Notifications, reminders and calendar feeds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, CreatedAt, NumberKey
from shared.models.bookings import Booking, BookingChange


class Notification(Base):
    """A text for one person; at most one for each booking change."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("user_id", "change_id"),
        Index("notifications_user_idx", "user_id", "id"),
        Index("notifications_unread_idx", "user_id", postgresql_where=text("NOT is_read")),
    )

    id: Mapped[NumberKey]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    change_id: Mapped[int | None] = mapped_column(ForeignKey(BookingChange.id, ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    message: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    is_read: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]


class NotificationEvent(Base):
    """An event to notify people of besides bookings, and whether that was done.

    `subject` is the id of the row it is about. It is not a foreign key: if the row is gone by then, nobody is notified.
    """

    __tablename__ = "notification_events"
    __table_args__ = (
        Index("notification_events_about_idx", "kind", "about"),
        Index("notification_events_waiting_idx", "id", postgresql_where=text("dispatched_at IS NULL")),
    )

    id: Mapped[NumberKey]
    kind: Mapped[str]
    # Events with the same kind and `about` are reported once a day.
    about: Mapped[str]
    subject: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]
    dispatched_at: Mapped[datetime | None]


class Reminder(Base):
    """A reminder to send: at most one ever for each booking, kind and recipient."""

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("kind IN ('day_before', 'hour_before', 'cancellation_deadline')", name="kind"),
        CheckConstraint("recipient IN ('student', 'tutor')", name="recipient"),
        CheckConstraint("state IN ('planned', 'queued', 'dropped')", name="state"),
        UniqueConstraint("booking_id", "kind", "recipient"),
        Index("reminders_due_idx", "due_at", postgresql_where=text("state = 'planned'")),
    )

    id: Mapped[NumberKey]
    booking_id: Mapped[int] = mapped_column(ForeignKey(Booking.id, ondelete="CASCADE"))
    kind: Mapped[str]
    recipient: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="planned")
    created_at: Mapped[CreatedAt]


class CalendarFeed(Base):
    """The secret address of a person's calendar, stored only as its SHA-256."""

    __tablename__ = "calendar_feeds"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[CreatedAt]
