"""Bookings with both people, and the history of their changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from shared.data.booking_states import SEATED_STATES
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, Sql, compose
from shared.texts import Language

Role = Literal["student", "tutor"]

# Whether the seat of a booking `b` is certain.
SEATED = compose("b.state IN {seated_states}", seated_states=SEATED_STATES)
# The room of session `s`, shown only to students whose seat is certain.
ROOM = compose("CASE WHEN {seated} THEN s.meeting_url ELSE '' END", seated=SEATED)
# How many hours before its start the student of booking `b` can last cancel: as promised when it was made, or fewer if
# the tutor's current terms `r` say so. NULL if the tutor's account was deleted.
CANCELLATION_NOTICE = Sql(
    "CASE WHEN r.tutor_id IS NOT NULL THEN least(b.cancellation_notice, r.cancellation_notice) END"
)


class Booking(NamedTuple):
    """A booking with its session and both people; for a deleted account the ids are None and the texts empty.

    `meeting_url` is "" until the seat is certain. `taken`: the session's time is in use. `proposal_expires_at` is the
    deadline for the student's answer to the tutor's proposal, None without a proposal.
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
    proposal_expires_at: datetime | None
    note: str
    tutor_id: int | None
    cancellation_notice: int | None
    time_zone: str | None
    student_id: UUID | None
    student_email: str
    student_first_name: str
    student_last_name: str
    student_time_zone: str | None
    student_language: Language
    tutor_user_id: UUID | None
    tutor_email: str
    tutor_first_name: str
    tutor_last_name: str
    tutor_time_zone: str | None
    tutor_language: Language

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def cancellable_until(self) -> datetime:
        """The last moment at which the student may cancel."""
        return self.starts_at - timedelta(hours=self.cancellation_notice or 0)


# Bookings `b`, with the columns of a Booking.
SELECT_BOOKINGS = compose(
    """
SELECT b.id, b.session_id, b.state, b.starts_at, b.ends_at, b.expires_at, b.price, b.currency, b.sequence,
    b.created_at, b.updated_at, s.kind, s.form, s.location, {room} AS meeting_url, s.taken,
    (SELECT held_until FROM tutoring_sessions WHERE moves_session_id = s.id) AS proposal_expires_at, b.note, s.tutor_id,
    {cancellation_notice} AS cancellation_notice, r.time_zone,
    st.id AS student_id, coalesce(st.email, '') AS student_email,
    coalesce(st.first_name, '') AS student_first_name, coalesce(st.last_name, '') AS student_last_name,
    st.time_zone AS student_time_zone, coalesce(st.language, 'pl') AS student_language,
    tu.id AS tutor_user_id, coalesce(tu.email, '') AS tutor_email,
    coalesce(tu.first_name, '') AS tutor_first_name, coalesce(tu.last_name, '') AS tutor_last_name,
    tu.time_zone AS tutor_time_zone, coalesce(tu.language, 'pl') AS tutor_language
FROM bookings b
JOIN tutoring_sessions s ON s.id = b.session_id
LEFT JOIN users st ON st.id = b.student_id
LEFT JOIN tutors t ON t.id = s.tutor_id
LEFT JOIN users tu ON tu.id = t.user_id
LEFT JOIN booking_terms r ON r.tutor_id = t.id
""",
    room=ROOM,
    cancellation_notice=CANCELLATION_NOTICE,
)
FIND_BOOKINGS = Query(Booking, compose("{select} WHERE b.id = ANY(%s)", select=SELECT_BOOKINGS))


def find_bookings(db: PooledConnection, booking_ids: Iterable[int]) -> dict[int, Booking]:
    """Find bookings by id; ids that do not exist are left out."""
    return {booking.id: booking for booking in FIND_BOOKINGS.all(db, (list(booking_ids),))}


class BookingChange(NamedTuple):
    """A step in a booking's life.

    `starts_at` is the start after this step, if a later step moved it. `was_offer`: the booking was an offer from the
    waitlist until this step. `was_confirmed`: it had been confirmed, so calendars know it. `superseded`: a later step
    overrides what this one says about whether and when the session takes place. `proposed_starts_at` is set for a
    proposal to move it, the proposal's end, and a move to the proposed time. `first_of_series_id` is the first of the
    changes made together to several sessions of a series, `first_of_group_id` the first of those made together to a
    group.
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
    proposed_starts_at: datetime | None
    proposed_ends_at: datetime | None
    starts_at: datetime | None
    was_offer: bool
    was_confirmed: bool
    superseded: bool
    first_of_series_id: int | None
    first_of_group_id: int | None

    @property
    def is_for_calendars(self) -> bool:
        """Whether this is the last word on when the session takes place; a mere proposal is no calendar entry."""
        return self.was_confirmed and not self.superseded and not self.kind.startswith("move_")


# Changes `c`, with the columns of a BookingChange.
SELECT_CHANGES = Sql("""
SELECT c.id, c.booking_id, c.kind, c.from_state, c.to_state, c.actor_id, c.actor_role, c.reason, c.old_starts_at,
    c.proposed_starts_at, c.proposed_ends_at,
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
          AND l.kind IN ('confirmed', 'cancelled', 'expired', 'rescheduled')) AS superseded,
    (SELECT CASE WHEN count(*) > 1 THEN min(t.id) END
        FROM bookings mine JOIN bookings other ON other.series_id = mine.series_id
        JOIN booking_changes t ON t.booking_id = other.id AND t.kind = c.kind AND t.at = c.at
        WHERE mine.id = c.booking_id) AS first_of_series_id,
    (SELECT CASE WHEN count(*) > 1 THEN min(t.id) END
        FROM bookings mine JOIN bookings other ON other.session_id = mine.session_id
        JOIN booking_changes t ON t.booking_id = other.id AND t.kind = c.kind AND t.at = c.at
        WHERE mine.id = c.booking_id AND c.kind IN ('rescheduled', 'move_expired', 'cancelled')
    ) AS first_of_group_id
FROM booking_changes c
""")
# All changes made together with the given first ones, in a series or in a group.
TOGETHER = """
{select} JOIN bookings b ON b.id = c.booking_id
WHERE c.id IN (
    SELECT t.id FROM booking_changes first JOIN bookings mine ON mine.id = first.booking_id
    JOIN bookings other ON other.{shared} = mine.{shared}
    JOIN booking_changes t ON t.booking_id = other.id AND t.kind = first.kind AND t.at = first.at
    WHERE first.id = ANY(%s)
)
ORDER BY b.starts_at, c.id
"""
LIST_CHANGES_OF_SERIES = Query(BookingChange, compose(TOGETHER, select=SELECT_CHANGES, shared=Sql("series_id")))
LIST_CHANGES_OF_GROUPS = Query(BookingChange, compose(TOGETHER, select=SELECT_CHANGES, shared=Sql("session_id")))
# A change and all later ones to the same booking.
LIST_CHANGES_SINCE = Query(
    BookingChange,
    compose(
        """
{select} WHERE c.booking_id = (SELECT booking_id FROM booking_changes WHERE id = %(since)s) AND c.id >= %(since)s
ORDER BY c.id
""",
        select=SELECT_CHANGES,
    ),
)
