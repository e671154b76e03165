"""Statements that cancel all bookings that overlap a tutor's time off together.

They do what cancelling one booking does (functions.bookings); the caller must hold the locks of the people concerned.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from shared.data.booking_states import ACTIVE_STATES, ENDED_STATES
from shared.domain.auth import CallingTutor
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose
from shared.kit.db.transactions import ConcurrentUpdate


class ComingBooking(NamedTuple):
    """A pending or confirmed booking that is not over, its student, and the tutor's time zone."""

    id: int
    session_id: int
    state: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    student_id: UUID | None
    student_first_name: str
    student_last_name: str

    @property
    def span(self) -> Span:
        return Span(self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC))


# Two more days on both sides cover any zone of the tutor and of the database session.
LIST_COMING = Query(
    ComingBooking,
    compose(
        """
SELECT b.id, b.session_id, b.state, s.kind, b.starts_at, b.ends_at, r.time_zone, b.student_id,
    coalesce(u.first_name, '') AS student_first_name, coalesce(u.last_name, '') AS student_last_name
FROM tutoring_sessions s JOIN bookings b ON b.session_id = s.id JOIN booking_terms r ON r.tutor_id = s.tutor_id
LEFT JOIN users u ON u.id = b.student_id
WHERE s.tutor_id = %(tutor_id)s AND b.state IN {active} AND b.ends_at > clock_timestamp()
    AND b.starts_at < %(last_day)s::date + 2 AND b.ends_at > %(first_day)s::date - 2
ORDER BY b.starts_at, b.id
""",
        active=ACTIVE_STATES,
    ),
)


def list_coming(db: PooledConnection, tutor_id: int, first_day: date, last_day: date) -> list[ComingBooking]:
    """A tutor's bookings around some days, ordered by start."""
    return LIST_COMING.all(db, {"tutor_id": tutor_id, "first_day": first_day, "last_day": last_day})


class HeldTime(NamedTuple):
    """A time that the tutor proposes for a session, with the session that holds it and the tutor's zone."""

    session_id: int
    starts_at: datetime
    ends_at: datetime
    time_zone: str

    @property
    def span(self) -> Span:
        return Span(self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC))


LIST_HELD = Query(
    HeldTime,
    """
SELECT s.id AS session_id, s.starts_at, s.ends_at, r.time_zone
FROM tutoring_sessions s JOIN booking_terms r ON r.tutor_id = s.tutor_id
WHERE s.tutor_id = %(tutor_id)s AND s.moves_session_id IS NOT NULL
    AND s.starts_at < %(last_day)s::date + 2 AND s.ends_at > %(first_day)s::date - 2
ORDER BY s.id
""",
)


def list_held(db: PooledConnection, tutor_id: int, first_day: date, last_day: date) -> list[HeldTime]:
    """Times around some days that the tutor has proposed and the students have not responded to."""
    return LIST_HELD.all(db, {"tutor_id": tutor_id, "first_day": first_day, "last_day": last_day})


# Rows are locked in the same order as by all other booking changes: bookings by id, then sessions by id.
CANCEL_BOOKINGS = Command(
    compose(
        """
WITH found AS MATERIALIZED (
    SELECT id, state FROM bookings WHERE id = ANY(%(bookings)s) AND state IN {active} ORDER BY id FOR UPDATE
), cancelled AS (
    UPDATE bookings b SET state = 'cancelled', awaiting = NULL, expires_at = NULL, sequence = sequence + 1,
        updated_at = clock_timestamp()
    FROM found WHERE b.id = found.id
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, at)
SELECT id, 'cancelled', state, 'cancelled', %(actor_id)s, 'tutor', %(reason)s, statement_timestamp()
FROM found ORDER BY id
""",
        active=ACTIVE_STATES,
    )
)
RELEASE_SESSIONS = Command(
    compose(
        """
WITH found AS MATERIALIZED (SELECT id FROM tutoring_sessions WHERE id = ANY(%(sessions)s) ORDER BY id FOR UPDATE)
UPDATE tutoring_sessions s SET taken = false FROM found
WHERE s.id = found.id AND s.taken
    AND NOT EXISTS (SELECT FROM bookings b WHERE b.session_id = s.id AND b.state NOT IN {ended})
""",
        ended=ENDED_STATES,
    )
)
# Offers of these sessions' seats end; all other waitlist entries are closed.
CLOSE_WAITLISTS = Command("""
UPDATE waitlist_entries SET state = CASE state WHEN 'offered' THEN 'left' ELSE 'closed' END
WHERE state = 'offered' AND booking_id = ANY(%(bookings)s) OR state = 'waiting' AND session_id = ANY(%(sessions)s)
""")


def cancel_bookings(db: PooledConnection, tutor: CallingTutor, bookings: Sequence[ComingBooking], reason: str) -> None:
    """Cancel bookings as their tutor would, and free the time. Raises ConcurrentUpdate if one has changed."""
    values = {
        "bookings": [each.id for each in bookings],
        "sessions": list({each.session_id for each in bookings}),
        "actor_id": tutor.id,
        "reason": reason,
    }
    if CANCEL_BOOKINGS.run(db, values) != len(bookings):
        raise ConcurrentUpdate
    RELEASE_SESSIONS.run(db, values)
    CLOSE_WAITLISTS.run(db, values)
