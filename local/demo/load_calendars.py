"""Loads tutors' calendars: weekly hours and the resulting free time, sessions, bookings and their history."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from functions.availability.actions.materialize import materialize
from local.demo.calendars import Calendar, DemoSession, make_calendars
from local.demo.people import Population
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection

TERMS = """
UPDATE booking_terms SET session_lengths = %(session_lengths)s, buffer_after = %(buffer_after)s,
    minimum_notice = %(minimum_notice)s, confirmation = %(confirmation)s, group_price = %(group_price)s,
    booking_window = %(booking_window)s
WHERE tutor_id = %(tutor_id)s
"""
WEEKLY = "INSERT INTO weekly_hours (tutor_id, weekday, starts, ends) VALUES (%s, %s, %s, %s)"
SESSION = """
WITH session AS (
    INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form, meeting_url)
    VALUES (%(tutor_id)s, %(starts_at)s, %(ends_at)s, %(starts_at)s, %(ends_at)s, 'individual', 'online',
        %(rooms)s || left(replace(gen_random_uuid()::text, '-', ''), 22))
    RETURNING id, tutor_id
), booking AS (
    INSERT INTO bookings (session_id, seats, seat, student_id, state, starts_at, ends_at, price, currency,
        cancellation_notice, created_at, updated_at)
    SELECT session.id, 1, 1, %(student_id)s, %(state)s, %(starts_at)s, %(ends_at)s, %(price)s, 'PLN',
        terms.cancellation_notice, %(booked_at)s, %(booked_at)s
    FROM session JOIN booking_terms terms USING (tutor_id) RETURNING id
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, at, dispatched_at)
SELECT booking.id, step.* FROM booking, (VALUES
    ('confirmed', NULL, 'confirmed', %(student_id)s::uuid, 'student', %(booked_at)s, %(dispatched_at)s::timestamptz),
    (%(state)s, 'confirmed', %(state)s, %(ender_id)s, %(ender)s, %(ends_at)s + interval '1 hour', %(ends_at)s)
) AS step (kind, from_state, to_state, actor_id, actor_role, at, dispatched_at)
WHERE step.from_state IS NULL OR %(state)s <> 'confirmed'
"""
GROUP = """
WITH session AS (
    INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats, meeting_url)
    VALUES (%(tutor_id)s, %(starts_at)s, %(ends_at)s, %(starts_at)s, %(ends_at)s, 'group', 'online',
        cardinality(%(student_ids)s::uuid[]), %(rooms)s || left(replace(gen_random_uuid()::text, '-', ''), 22))
    RETURNING id, seats, tutor_id
), booking AS (
    INSERT INTO bookings (session_id, seats, seat, student_id, state, starts_at, ends_at, price, currency,
        cancellation_notice, created_at, updated_at)
    SELECT session.id, session.seats, student.seat, student.id, 'confirmed', %(starts_at)s, %(ends_at)s, %(price)s,
        'PLN', terms.cancellation_notice, %(booked_at)s, %(booked_at)s
    FROM session JOIN booking_terms terms USING (tutor_id),
        unnest(%(student_ids)s::uuid[]) WITH ORDINALITY AS student (id, seat)
    RETURNING id, student_id
)
INSERT INTO booking_changes (booking_id, kind, to_state, actor_id, actor_role, at, dispatched_at)
SELECT id, 'confirmed', 'confirmed', student_id, 'student', %(booked_at)s, %(booked_at)s FROM booking
"""
BOOKED_BEFORE = timedelta(days=3)


def add_calendars(db: PooledConnection, people: Population, tutor_ids: dict[UUID, int], now: datetime) -> None:
    """In the transaction that adds the people and their schedules."""
    calendars = make_calendars(people, now)
    ids = [tutor_ids[tutor.account.id] for tutor in people.tutors]
    owners = [tutor.account.id for tutor in people.tutors]
    with db.cursor() as cursor:
        cursor.executemany(
            TERMS, [vars(each.terms) | {"tutor_id": of} for each, of in zip(calendars, ids, strict=True)]
        )
        cursor.executemany(WEEKLY, list(_weekly(calendars, ids)))
        rooms = {"rooms": f"{platform_settings().meeting_url}/Korepetycje-"}
        cursor.executemany(SESSION, [each | rooms for each in _sessions(calendars, ids, owners, now)])
        cursor.executemany(GROUP, [each | rooms for each in _groups(calendars, ids, now)])
    materialize(db, ids)


def _weekly(calendars: Sequence[Calendar], ids: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    for calendar, tutor_id in zip(calendars, ids, strict=True):
        for hours in calendar.weekly:
            yield tutor_id, *hours


def _sessions(
    calendars: Sequence[Calendar], ids: Sequence[int], owners: Sequence[UUID], now: datetime
) -> Iterator[dict[str, object]]:
    for calendar, tutor_id, owner in zip(calendars, ids, owners, strict=True):
        for session in calendar.sessions:
            yield _row(session, tutor_id, owner, now)


def _groups(calendars: Sequence[Calendar], ids: Sequence[int], now: datetime) -> Iterator[dict[str, object]]:
    for calendar, tutor_id in zip(calendars, ids, strict=True):
        for group in calendar.groups:
            yield {
                "tutor_id": tutor_id,
                "student_ids": [student.id for student in group.students],
                "starts_at": group.starts_at,
                "ends_at": group.ends_at,
                "price": group.price,
                "booked_at": now - BOOKED_BEFORE,
            }


def _row(session: DemoSession, tutor_id: int, owner: UUID, now: datetime) -> dict[str, object]:
    booked_at = min(session.starts_at, now) - BOOKED_BEFORE
    missed = session.state == "no_show"
    return {
        "tutor_id": tutor_id,
        "student_id": session.student.id,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "state": session.state,
        "price": session.price,
        "booked_at": booked_at,
        "dispatched_at": None if session.is_news else booked_at,
        "ender_id": owner if missed else None,
        "ender": "tutor" if missed else "system",
    }
