"""What there is to tell about a booking and a change of it: who, when, where, and how it went on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import class_row

from shared.domain.platform_settings import local_zone
from shared.kit.db.pool import PooledConnection

Role = Literal["student", "tutor"]
BookingEventType = Literal[
    "requested",
    "booked",
    "confirmed",
    "declined",
    "withdrawn",
    "cancelled",
    "expired",
    "offered",
    "offer_declined",
    "offer_expired",
    "rescheduled",
    "completed",
    "no_show",
]
# States of a booking `b` that is a seat for certain.
SEATED = "b.state IN ('confirmed', 'completed', 'no_show')"
# Of its session `s`: rooms are for those who have a seat for certain.
ROOM = f"CASE WHEN {SEATED} THEN s.meeting_url ELSE '' END"


@dataclass(frozen=True)
class Person:
    """One of the two people of a booking, and the zone in which that person reads times."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    zone: ZoneInfo


@dataclass(frozen=True)
class Booking:
    """A booking with its session and both people; of an account that is gone all columns are None.

    `meeting_url` is "" until the booking is a seat for certain; `taken`: the session's time is in use.
    """

    id: int
    session_id: int
    state: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime | None
    price: Decimal
    currency: str
    sequence: int
    created_at: datetime
    updated_at: datetime
    kind: str
    form: str
    location: str
    meeting_url: str
    taken: bool
    note: str
    tutor_id: int | None
    cancellation_notice: int | None
    time_zone: str | None
    student_id: UUID | None
    student_email: str
    student_first_name: str
    student_last_name: str
    tutor_user_id: UUID | None
    tutor_email: str
    tutor_first_name: str
    tutor_last_name: str

    @property
    def student(self) -> Person | None:
        """Students read times in the platform's zone."""
        if self.student_id is None:
            return None
        names = self.student_first_name, self.student_last_name
        return Person(self.student_id, self.student_email, *names, local_zone())

    @property
    def tutor(self) -> Person | None:
        if self.tutor_user_id is None:
            return None
        names = self.tutor_first_name, self.tutor_last_name
        return Person(self.tutor_user_id, self.tutor_email, *names, ZoneInfo(self.time_zone or local_zone().key))

    def person(self, role: Role) -> Person | None:
        return self.student if role == "student" else self.tutor

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def cancellable_until(self) -> datetime:
        """Until when the student may cancel."""
        return self.starts_at - timedelta(hours=self.cancellation_notice or 0)


BOOKING = f"""
SELECT b.id, b.session_id, b.state, b.starts_at, b.ends_at, b.expires_at, b.price, b.currency, b.sequence,
    b.created_at, b.updated_at, s.kind, s.form, s.location, {ROOM} AS meeting_url, s.taken, b.note, s.tutor_id,
    o.cancellation_notice, o.time_zone, st.id AS student_id, st.email AS student_email,
    st.first_name AS student_first_name, st.last_name AS student_last_name, tu.id AS tutor_user_id,
    tu.email AS tutor_email, tu.first_name AS tutor_first_name, tu.last_name AS tutor_last_name
FROM bookings b
JOIN tutoring_sessions s ON s.id = b.session_id
LEFT JOIN users st ON st.id = b.student_id
LEFT JOIN tutors t ON t.id = s.tutor_id
LEFT JOIN users tu ON tu.id = t.user_id
LEFT JOIN booking_terms o ON o.tutor_id = t.id
"""  # noqa: S608 - put together from constants


def find_bookings(db: PooledConnection, booking_ids: Iterable[int]) -> dict[int, Booking]:
    with db.cursor(row_factory=class_row(Booking)) as cursor:
        found = cursor.execute(f"{BOOKING} WHERE b.id = ANY(%s)", (list(booking_ids),)).fetchall()
    return {booking.id: booking for booking in found}


@dataclass(frozen=True)
class BookingChange:
    """A step in a booking's life.

    `starts_at` is when the session was to start after this step, if a later one moved it. `was_offer`: it was
    an offer to somebody on the waitlist before. `was_confirmed`: it had been confirmed by then, so calendars know it.
    `superseded`: a later step says more about when and whether it takes place.
    """

    id: int
    booking_id: int
    kind: str
    from_state: str | None
    to_state: str
    actor_id: UUID | None
    actor_role: str
    reason: str
    old_starts_at: datetime | None
    starts_at: datetime | None
    was_offer: bool
    was_confirmed: bool
    superseded: bool

    @property
    def event_type(self) -> BookingEventType:
        """What happened, as people see it."""
        match self.kind:
            case "confirmed":
                return "confirmed" if self.actor_role == "tutor" else "booked"
            case "cancelled" if self.from_state == "pending":
                return self._refused
            case "expired":
                return "offer_expired" if self.was_offer else "expired"
            case "requested" | "cancelled" | "offered" | "rescheduled" | "completed" | "no_show" as same:
                return same
        raise UnknownChange(self.kind)

    @property
    def _refused(self) -> BookingEventType:
        """A request or an offer that came to nothing; one that had been confirmed before is a booking to its people."""
        if self.was_offer:
            return "offer_declined" if self.actor_role == "student" else "cancelled"
        if self.actor_role == "tutor":
            return "declined"
        return "cancelled" if self.was_confirmed else "withdrawn"


class UnknownChange(Exception):
    """A change of a kind nobody knows how to tell."""


CHANGE = """
SELECT c.id, c.booking_id, c.kind, c.from_state, c.to_state, c.actor_id, c.actor_role, c.reason, c.old_starts_at,
    (SELECT m.old_starts_at FROM booking_changes m
        WHERE m.booking_id = c.booking_id AND m.id > c.id AND m.kind = 'rescheduled' ORDER BY m.id LIMIT 1
    ) AS starts_at,
    coalesce((SELECT o.kind = 'offered' FROM booking_changes o
        WHERE o.booking_id = c.booking_id AND o.id < c.id AND o.kind IN ('offered', 'requested')
        ORDER BY o.id DESC LIMIT 1), false) AS was_offer,
    EXISTS (SELECT FROM booking_changes y
        WHERE y.booking_id = c.booking_id AND y.id <= c.id AND y.to_state = 'confirmed') AS was_confirmed,
    EXISTS (SELECT FROM booking_changes l
        WHERE l.booking_id = c.booking_id AND l.id > c.id
          AND l.kind IN ('confirmed', 'cancelled', 'expired', 'rescheduled')) AS superseded
FROM booking_changes c
"""


def find_change(db: PooledConnection, change_id: int) -> BookingChange | None:
    with db.cursor(row_factory=class_row(BookingChange)) as cursor:
        return cursor.execute(f"{CHANGE} WHERE c.id = %s", (change_id,)).fetchone()
