"""Waitlist entries that ended without an offer: the entry's state is the event, reported to its student once."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from shared.data.booking_states import ACTIVE_STATES
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, Sql, compose
from shared.texts import Language


class EndedWait(NamedTuple):
    """An entry of a waitlist that is `closed` or was `missed`, its student, and the session it was for.

    `has_begun`: the session's time has come; `is_told`: the student is to be notified. The names of a tutor whose
    account was deleted are "".
    """

    id: int
    state: Literal["closed", "missed"]
    student_id: UUID
    email: str
    language: Language
    time_zone: str | None
    starts_at: datetime
    ends_at: datetime
    kind: str
    form: str
    tutor_id: int | None
    tutor_first_name: str
    tutor_last_name: str
    has_begun: bool
    is_told: bool


# Students who were offered a seat have a booking instead, and are notified of its changes.
ENDED = Sql("state IN ('closed', 'missed') AND booking_id IS NULL")
# A student with another booking at that time has made other plans, and is not notified once the time has come.
SELECT_ENDED = """
SELECT w.id, w.state, u.id AS student_id, u.email, u.language, u.time_zone, s.starts_at, s.ends_at, s.kind, s.form,
    t.id AS tutor_id, coalesce(t.first_name, '') AS tutor_first_name, coalesce(t.last_name, '') AS tutor_last_name,
    s.starts_at <= now() AS has_begun,
    u.suspended_at IS NULL AND NOT (s.starts_at <= now() AND EXISTS (
        SELECT FROM bookings b WHERE b.student_id = u.id AND b.state IN {active}
            AND tstzrange(b.starts_at, b.ends_at) && tstzrange(s.starts_at, s.ends_at)
    )) AS is_told
FROM {entries} w JOIN tutoring_sessions s ON s.id = w.session_id JOIN users u ON u.id = w.student_id
LEFT JOIN tutors t ON t.id = s.tutor_id
"""
FIND = Query(
    EndedWait,
    compose(
        "{select} WHERE w.id = %s AND {ended}",
        select=compose(SELECT_ENDED, entries=Sql("waitlist_entries"), active=ACTIVE_STATES),
        ended=ENDED,
    ),
)
# Finds and marks in one statement, so that later callers skip these entries.
CLAIM = Query(
    EndedWait,
    compose(
        """
WITH claimed AS (
    UPDATE waitlist_entries SET dispatched_at = now() WHERE id = ANY(ARRAY(
        SELECT id FROM waitlist_entries WHERE {ended} AND dispatched_at IS NULL
        ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
    ))
    RETURNING id, state, student_id, session_id
)
{select} ORDER BY w.id
""",
        select=compose(SELECT_ENDED, entries=Sql("claimed"), active=ACTIVE_STATES),
        ended=ENDED,
    ),
)


def find_ended_wait(db: PooledConnection, entry_id: int) -> EndedWait | None:
    """None if the entry was deleted with its student's account."""
    return FIND.one(db, (entry_id,))


def claim_ended_waits(db: PooledConnection, most: int) -> list[EndedWait]:
    """Claim the oldest entries that have not been reported, for this transaction."""
    return CLAIM.all(db, (most,))
