"""Lookups for decisions on bookings: the booking, the slot or group meant, and who is free."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from functions.bookings.data.columns import FIRST_WAITING, FREE_SEAT, HAS_WAITLIST
from functions.bookings.domain.booking import LockedBooking
from shared.data.booking_states import ACTIVE_STATES
from shared.data.bookings import CANCELLATION_NOTICE
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, compose

# The students with a seat in session `s`.
MEMBERS = compose(
    """ARRAY(SELECT student_id FROM bookings WHERE session_id = s.id AND student_id IS NOT NULL
        AND state IN {active})""",
    active=ACTIVE_STATES,
)
BOOKING = compose(
    """
SELECT clock_timestamp() AS now, b.id, b.session_id, b.student_id, b.state, b.awaiting, b.expires_at, b.starts_at,
    b.ends_at, s.kind, s.tutor_id, t.user_id AS tutor_user_id, r.confirmation,
    {cancellation_notice} AS cancellation_notice,
    (SELECT id FROM tutoring_sessions WHERE moves_session_id = s.id) AS held_session_id,
    {members} AS members, {first_waiting} AS waiting
FROM bookings b
JOIN tutoring_sessions s ON s.id = b.session_id
LEFT JOIN tutors t ON t.id = s.tutor_id
LEFT JOIN booking_terms r ON r.tutor_id = t.id""",
    cancellation_notice=CANCELLATION_NOTICE,
    members=MEMBERS,
    first_waiting=FIRST_WAITING,
)
FIND_BOOKING = Query(LockedBooking, compose("{booking} WHERE b.id = %s", booking=BOOKING))


def find_booking(db: PooledConnection, booking_id: int) -> LockedBooking | None:
    return FIND_BOOKING.one(db, (booking_id,))


BUSY_PLACES = Query(
    int,
    compose(
        """
SELECT w.place::int - 1 FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[])
    WITH ORDINALITY AS w (starts_at, ends_at, place)
WHERE EXISTS (
    SELECT FROM unnest(%(people)s::uuid[]) AS person JOIN bookings b ON b.student_id = person
    WHERE b.state IN {active} AND tstzrange(b.starts_at, b.ends_at) && tstzrange(w.starts_at, w.ends_at)
      AND b.session_id <> ALL(%(but)s::bigint[])
) OR EXISTS (
    SELECT FROM unnest(%(people)s::uuid[]) AS person
    JOIN tutors t ON t.user_id = person JOIN tutoring_sessions s ON s.tutor_id = t.id
    WHERE s.taken AND tstzrange(s.busy_from, s.busy_until) && tstzrange(w.starts_at, w.ends_at)
)
""",
        active=ACTIVE_STATES,
    ),
)


def find_busy(
    db: PooledConnection, people: Sequence[UUID], spans: Sequence[Span], *, but_sessions: Sequence[int] = ()
) -> set[int]:
    """The indexes of the spans in which any of these users learns or teaches."""
    starts, ends = [each.starts_at for each in spans], [each.ends_at for each in spans]
    values = {"people": list(people), "starts": starts, "ends": ends, "but": list(but_sessions)}
    return set(BUSY_PLACES.all(db, values))


class Item(NamedTuple):
    """A schedule item of a listed tutor."""

    tutor_id: int
    tutor_user_id: UUID
    starts_at: datetime
    ends_at: datetime


FIND_ITEM = Query(
    Item,
    """
SELECT i.tutor_id, t.user_id AS tutor_user_id, i.starts_at, i.ends_at
FROM schedule_items i JOIN tutors t ON t.id = i.tutor_id
WHERE i.id = %s AND t.listed
""",
)
FIND_TUTOR_ACCOUNT = Query(UUID, "SELECT user_id FROM tutors WHERE id = %s AND listed")


def find_item(db: PooledConnection, item_id: int) -> Item | None:
    return FIND_ITEM.one(db, (item_id,))


def find_tutor_account(db: PooledConnection, tutor_id: int) -> UUID | None:
    """The account of a tutor who is listed."""
    return FIND_TUTOR_ACCOUNT.one(db, (tutor_id,))


class GroupSession(NamedTuple):
    """An upcoming group session, with its first free seat; whether its tutor is complete."""

    now: datetime
    id: int
    tutor_id: int
    tutor_user_id: UUID
    starts_at: datetime
    ends_at: datetime
    form: str
    minimum_notice: int
    confirmation: str
    is_complete: bool
    members: list[UUID]
    has_waitlist: bool
    free_seat: int | None


GROUP = compose(
    """
SELECT clock_timestamp() AS now, s.id, t.id AS tutor_id, t.user_id AS tutor_user_id, s.starts_at, s.ends_at, s.form,
    r.minimum_notice, r.confirmation, t.is_complete, {members} AS members,
    {has_waitlist} AS has_waitlist, {free_seat} AS free_seat
FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id JOIN booking_terms r ON r.tutor_id = t.id
WHERE s.taken AND s.moves_session_id IS NULL AND s.kind = 'group' AND t.listed AND """,
    members=MEMBERS,
    has_waitlist=HAS_WAITLIST,
    free_seat=FREE_SEAT,
)
FIND_GROUP = Query(GroupSession, compose("{group} s.id = %s", group=GROUP))
FIND_GROUP_AT = Query(
    GroupSession, compose("{group} s.tutor_id = %s AND s.starts_at = %s AND s.ends_at = %s", group=GROUP)
)


def find_group(db: PooledConnection, session_id: int) -> GroupSession | None:
    return FIND_GROUP.one(db, (session_id,))


def find_group_at(db: PooledConnection, tutor_id: int, span: Span) -> GroupSession | None:
    return FIND_GROUP_AT.one(db, (tutor_id, span.starts_at, span.ends_at))
