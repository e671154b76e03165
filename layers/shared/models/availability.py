"""When a tutor can be booked: the schedule, the rules it is made from, and the terms of booking."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, text, true
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.base import Base, NumberKey
from shared.models.tutors import Tutor

# Wall-clock time is stored in minutes since midnight; 1440 is midnight at the end of the day.
MINUTES = "0 <= starts AND starts < ends AND ends <= 1440"


class ScheduleItem(Base):
    """A period on offer; a tutor's items never overlap, but may touch.

    `explicit` items were entered by hand; `rule` items are made from the weekly hours and overrides up to a rolling
    horizon, so that clients see one kind of item.
    """

    __tablename__ = "schedule_items"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("source IN ('explicit', 'rule')", name="source"),
        Index("schedule_items_tutor_idx", "tutor_id", "id"),
        Index("schedule_items_past_idx", "ends_at", postgresql_where=text("source = 'rule'")),
        # For searches by whether a tutor offers a time, and by who offers a rare time.
        Index("schedule_items_end_idx", "tutor_id", "ends_at", "starts_at"),
        Index("schedule_items_time_idx", text("tstzrange(starts_at, ends_at)"), postgresql_using="gist"),
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
    source: Mapped[str] = mapped_column(server_default="explicit")


class WeeklyHours(Base):
    """Weekly hours in the tutor's zone. `weekday` counts from Monday = 1 (ISO 8601)."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(MINUTES, name="minutes"),
        ExcludeConstraint(
            ("tutor_id", "="),
            ("weekday", "="),
            (text("int4range(starts, ends)"), "&&"),
            name="weekly_hours_overlap",
            using="gist",
        ),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[int]
    ends: Mapped[int]


class HoursOverride(Base):
    """Hours added to (`extra`) or removed from (`off`) the weekly hours on some days; `off` overrides both.

    A day off is `off` from 0 to 1440, a vacation the same over several days. Overrides created by deletions are not
    `entered`: a deleted rule item is `off` for its hours of one day, a deleted schedule for its days.
    """

    __tablename__ = "hours_overrides"
    __table_args__ = (
        CheckConstraint("kind IN ('extra', 'off')", name="kind"),
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint(MINUTES, name="minutes"),
        Index("hours_overrides_tutor_idx", "tutor_id", "last_day"),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"))
    kind: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    starts: Mapped[int] = mapped_column(server_default="0")
    ends: Mapped[int] = mapped_column(server_default="1440")
    note: Mapped[str] = mapped_column(server_default="")
    entered: Mapped[bool] = mapped_column(server_default=true())


class BookingTerms(Base):
    """A tutor's terms of booking; a trigger adds the row with the tutor's."""

    __tablename__ = "booking_terms"
    __table_args__ = (
        CheckConstraint("cardinality(session_lengths) BETWEEN 1 AND 12", name="session_lengths"),
        CheckConstraint("slot_step BETWEEN 5 AND 240", name="slot_step"),
        CheckConstraint("buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240", name="buffers"),
        CheckConstraint("minimum_notice BETWEEN 0 AND 43200", name="minimum_notice"),
        CheckConstraint("booking_window BETWEEN 1 AND 365", name="booking_window"),
        CheckConstraint("max_per_day >= 1 AND max_per_week >= 1", name="limits"),
        CheckConstraint("confirmation IN ('automatic', 'manual')", name="confirmation"),
        CheckConstraint("cancellation_notice BETWEEN 0 AND 720", name="cancellation_notice"),
        CheckConstraint("group_seats BETWEEN 2 AND 100", name="group_seats"),
        # For searches by session length, and by a short first length.
        Index("booking_terms_lengths_idx", "session_lengths", postgresql_using="gin"),
        Index("booking_terms_length_idx", text("(session_lengths[1])")),
    )

    tutor_id: Mapped[int] = mapped_column(ForeignKey(Tutor.id, ondelete="CASCADE"), primary_key=True)
    # An IANA name: the zone of weekly hours, overrides and the limits per day and week.
    time_zone: Mapped[str] = mapped_column(server_default="Europe/Warsaw")
    # Lengths, steps, buffers and the notice are in minutes.
    session_lengths: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{60}")
    slot_step: Mapped[int] = mapped_column(SmallInteger, server_default="30")
    buffer_before: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    buffer_after: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    minimum_notice: Mapped[int] = mapped_column(server_default="60")
    # How many days ahead rule items can be booked, and are made.
    booking_window: Mapped[int] = mapped_column(SmallInteger, server_default="60")
    max_per_day: Mapped[int | None] = mapped_column(SmallInteger)
    max_per_week: Mapped[int | None] = mapped_column(SmallInteger)
    confirmation: Mapped[str] = mapped_column(server_default="automatic")
    # Hours before the start until which a student may cancel or reschedule.
    cancellation_notice: Mapped[int] = mapped_column(SmallInteger, server_default="12")
    # The tutor's own room; empty means a room for each session.
    meeting_url: Mapped[str | None]
    group_seats: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    # The hourly price of a seat in a group; None means the tutor's price.
    group_price: Mapped[int | None]
    # Read only by the previous release: all prices are in the platform's currency. The next release drops it.
    currency: Mapped[str] = mapped_column(server_default="PLN")
    # The horizon up to which rule items have been made.
    horizon: Mapped[date | None] = mapped_column(Date)
