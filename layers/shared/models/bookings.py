"""Sessions of tutors, the bookings of their seats, and everything that happens to them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.models.accounts import User
from shared.models.base import Base, CreatedAt, NumberKey
from shared.models.tutors import Tutor

STATES = "('pending', 'confirmed', 'cancelled', 'expired', 'completed', 'no_show')"
ACTIVE = "state IN ('pending', 'confirmed')"
SEATED = "state NOT IN ('cancelled', 'expired')"


class TutoringSession(Base):
    """A period of a tutor's time that is taken; `seats` people can book it.

    While it is `taken`, nothing else of the tutor may overlap it, including its buffers (`busy_from`, `busy_until`). A
    row with `moves_session_id` holds the time that the tutor proposes for that session, until `held_until`; only that
    session may overlap it.
    """

    __tablename__ = "tutoring_sessions"
    __table_args__ = (
        CheckConstraint(
            "busy_from <= starts_at AND starts_at < ends_at AND ends_at <= busy_until",
            name="order",
        ),
        CheckConstraint("kind IN ('individual', 'group')", name="kind"),
        CheckConstraint("form IN ('online', 'in_person')", name="form"),
        CheckConstraint("seats = 1 OR kind = 'group' AND seats BETWEEN 2 AND 100", name="seats"),
        CheckConstraint(
            "(moves_session_id IS NULL) = (held_until IS NULL) AND (moves_session_id IS NULL OR taken)", name="proposal"
        ),
        UniqueConstraint("id", "seats", name="tutoring_sessions_seats_key"),
        Index("tutoring_sessions_tutor_idx", "tutor_id", "starts_at"),
        Index(
            "tutoring_sessions_proposal_key",
            "moves_session_id",
            unique=True,
            postgresql_where=text("moves_session_id IS NOT NULL"),
        ),
        ExcludeConstraint(
            ("tutor_id", "="),
            (text("coalesce(moves_session_id, id)"), "<>"),
            (text("tstzrange(busy_from, busy_until)"), "&&"),
            name="tutoring_sessions_overlap",
            using="gist",
            where=text("taken"),
        ),
    )

    id: Mapped[NumberKey]
    tutor_id: Mapped[int | None] = mapped_column(ForeignKey(Tutor.id, ondelete="SET NULL"))
    # The item it was booked from; items come and go, sessions stay.
    schedule_item_id: Mapped[int | None] = mapped_column(BigInteger)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    busy_from: Mapped[datetime]
    busy_until: Mapped[datetime]
    kind: Mapped[str]
    form: Mapped[str]
    seats: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    location: Mapped[str] = mapped_column(server_default="")
    meeting_url: Mapped[str] = mapped_column(server_default="")
    taken: Mapped[bool] = mapped_column(server_default=text("true"))
    moves_session_id: Mapped[int | None] = mapped_column(ForeignKey("tutoring_sessions.id", ondelete="CASCADE"))
    held_until: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class Booking(Base):
    """A student's seat in a session. It copies the session's times, so that students cannot be in two at once."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("1 <= seat AND seat <= seats", name="seat"),
        CheckConstraint("awaiting IN ('tutor', 'student')", name="awaiting"),
        CheckConstraint("(state = 'pending') = (awaiting IS NOT NULL AND expires_at IS NOT NULL)", name="pending"),
        ForeignKeyConstraint(
            ["session_id", "seats"], ["tutoring_sessions.id", "tutoring_sessions.seats"], onupdate="CASCADE"
        ),
        Index("bookings_seat_key", "session_id", "seat", unique=True, postgresql_where=text(SEATED)),
        Index("bookings_session_idx", "session_id"),
        Index("bookings_student_idx", "student_id", "starts_at"),
        Index("bookings_expiry_idx", "expires_at", postgresql_where=text("state = 'pending'")),
        Index("bookings_completion_idx", "ends_at", postgresql_where=text("state = 'confirmed'")),
        Index("bookings_series_idx", "series_id", postgresql_where=text("series_id IS NOT NULL")),
        ExcludeConstraint(
            ("student_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="bookings_student_overlap",
            using="gist",
            where=text(ACTIVE),
        ),
    )

    id: Mapped[NumberKey]
    session_id: Mapped[int] = mapped_column(BigInteger)
    seats: Mapped[int] = mapped_column(SmallInteger)
    seat: Mapped[int] = mapped_column(SmallInteger)
    student_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    state: Mapped[str]
    # Who has to answer a pending booking: the tutor (a request) or the student (an offer from the waitlist).
    awaiting: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    # The hours in the terms when it was made; NULL if an earlier release made it, so that the current terms apply.
    cancellation_notice: Mapped[int | None] = mapped_column(SmallInteger)
    series_id: Mapped[UUID | None]
    # How often the calendar entry changed (RFC 5545, SEQUENCE).
    sequence: Mapped[int] = mapped_column(server_default="0")
    # When the student agreed to the tutor's proposal; means nothing once the proposal has ended.
    move_accepted_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class BookingChange(Base):
    """A step in a booking's life: the audit trail, and the source of mails, notifications and reminders.

    The dispatcher sets `dispatched_at` once it has notified the people concerned.
    """

    __tablename__ = "booking_changes"
    __table_args__ = (
        CheckConstraint("actor_role IN ('student', 'tutor', 'system')", name="actor_role"),
        Index("booking_changes_undispatched_idx", "id", postgresql_where=text("dispatched_at IS NULL")),
    )

    id: Mapped[NumberKey]
    booking_id: Mapped[int] = mapped_column(ForeignKey(Booking.id, ondelete="CASCADE"), index=True)
    # requested, confirmed, offered, cancelled, expired, completed, no_show, rescheduled, move_proposed, move_agreed,
    # move_declined, move_withdrawn or move_expired
    kind: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"), index=True)
    actor_role: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    # For a rescheduling: the previous time.
    old_starts_at: Mapped[datetime | None]
    # For a tutor's proposal and its outcome: the proposed time.
    proposed_starts_at: Mapped[datetime | None]
    proposed_ends_at: Mapped[datetime | None]
    at: Mapped[CreatedAt]
    dispatched_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """The stored response to a request, written in the request's transaction."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[str | None]
    created_at: Mapped[CreatedAt] = mapped_column(index=True)


class WaitlistEntry(Base):
    """A student who waits for a seat in a full session; the waitlist is ordered by id.

    The dispatcher sets `dispatched_at` once the wait has ended without an offer and the student has been notified.
    """

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'offered', 'taken', 'missed', 'left', 'closed')", name="state"),
        Index(
            "waitlist_entries_once_key",
            "session_id",
            "student_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'offered')"),
        ),
        Index("waitlist_entries_waiting_idx", "session_id", "id", postgresql_where=text("state = 'waiting'")),
        Index(
            "waitlist_entries_undispatched_idx",
            "id",
            postgresql_where=text("state IN ('closed', 'missed') AND booking_id IS NULL AND dispatched_at IS NULL"),
        ),
    )

    id: Mapped[NumberKey]
    session_id: Mapped[int] = mapped_column(ForeignKey(TutoringSession.id, ondelete="CASCADE"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(server_default="waiting")
    # The offer: a pending booking that awaits the student.
    booking_id: Mapped[int | None] = mapped_column(ForeignKey(Booking.id, ondelete="SET NULL"), index=True)
    created_at: Mapped[CreatedAt]
    dispatched_at: Mapped[datetime | None]
