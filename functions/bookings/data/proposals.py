"""Statements about tutors' proposals to move a session: a session row of its own holds the new time."""

from datetime import datetime
from typing import NamedTuple

from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.transitions import Actor
from shared.data.booking_states import IS_ASKED
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose

# The held session copies the original with a room of its own: if the original goes, waiting students may get it.
HOLD_TIME = Command(
    compose(
        """
WITH held AS (
    INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form, seats, location,
        meeting_url, moves_session_id, held_until)
    SELECT tutor_id, %(starts_at)s, %(ends_at)s, %(busy_from)s, %(busy_until)s, kind, form, seats, location,
        CASE WHEN meeting_url ~ %(our_room)s THEN %(room)s ELSE meeting_url END, id, %(held_until)s
    FROM tutoring_sessions WHERE id = %(session_id)s AND taken AND starts_at = %(old_starts_at)s
    RETURNING moves_session_id, starts_at, ends_at
), asked AS (
    UPDATE bookings b SET move_accepted_at = NULL, updated_at = clock_timestamp()
    FROM held WHERE b.session_id = held.moves_session_id AND {is_asked}
    RETURNING b.id, b.state, held.starts_at, held.ends_at
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, proposed_starts_at,
    proposed_ends_at, at)
SELECT id, 'move_proposed', state, state, %(actor_id)s, %(role)s, %(reason)s, starts_at, ends_at,
    coalesce(%(at)s, statement_timestamp())
FROM asked ORDER BY id
""",
        is_asked=IS_ASKED,
    )
)


class NewProposal(NamedTuple):
    """A proposed time, the time it blocks, until when it is held, and who proposes it.

    It is recorded now or `at` a given moment, and gets the `room` if the session's own matches our pattern.
    """

    span: Span
    busy: Span
    held_until: datetime
    actor: Actor
    room: str
    our_room: str
    at: datetime | None = None


def hold_time(db: PooledConnection, booking: LockedBooking, proposal: NewProposal) -> bool:
    """Hold a new time for a booking's session; False if the session has moved meanwhile.

    Raises psycopg.IntegrityError if the tutor's time is taken.
    """
    values = {
        "session_id": booking.session_id,
        "old_starts_at": booking.starts_at,
        "starts_at": proposal.span.starts_at,
        "ends_at": proposal.span.ends_at,
        "busy_from": proposal.busy.starts_at,
        "busy_until": proposal.busy.ends_at,
        "held_until": proposal.held_until,
        "room": proposal.room,
        "our_room": proposal.our_room,
        "actor_id": proposal.actor.id,
        "role": proposal.actor.role,
        "reason": proposal.actor.reason,
        "at": proposal.at,
    }
    return HOLD_TIME.run(db, values) > 0


class Proposal(NamedTuple):
    """The held time, and one of the bookings to move; `agreed`: whether all their students have agreed."""

    held_session_id: int
    booking_id: int
    starts_at: datetime
    ends_at: datetime
    busy_from: datetime
    busy_until: datetime
    held_until: datetime
    agreed: bool

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def busy(self) -> Span:
        return Span(self.busy_from, self.busy_until)


FIND_PROPOSAL = Query(
    Proposal,
    compose(
        """
SELECT held.id AS held_session_id, min(b.id) AS booking_id, held.starts_at, held.ends_at, held.busy_from,
    held.busy_until, held.held_until, bool_and(b.move_accepted_at IS NOT NULL) AS agreed
FROM tutoring_sessions held JOIN bookings b ON b.session_id = held.moves_session_id
WHERE held.id = %s AND {is_asked} GROUP BY held.id
""",
        is_asked=IS_ASKED,
    ),
)


def find_proposal(db: PooledConnection, held_session_id: int) -> Proposal | None:
    """The proposal; None once it has ended."""
    return FIND_PROPOSAL.one(db, (held_session_id,))


DUE_PROPOSALS = Query(
    int,
    compose(
        """
SELECT held.id FROM tutoring_sessions held
WHERE held.moves_session_id IS NOT NULL AND (held.held_until <= now() OR NOT EXISTS (
    SELECT FROM bookings b WHERE b.session_id = held.moves_session_id AND {is_asked} AND b.move_accepted_at IS NULL
)) ORDER BY held.held_until LIMIT %s
""",
        is_asked=IS_ASKED,
    ),
)


def find_due_proposals(db: PooledConnection, most: int) -> list[int]:
    """Proposals past their deadline, and those that all remaining students have accepted."""
    return DUE_PROPOSALS.all(db, (most,))


AGREE = Command("""
WITH agreed AS (
    UPDATE bookings b SET move_accepted_at = clock_timestamp(), updated_at = clock_timestamp()
    FROM tutoring_sessions held
    WHERE b.id = %(id)s AND held.id = %(held)s AND held.moves_session_id = b.session_id AND b.move_accepted_at IS NULL
    RETURNING b.id, b.state, held.starts_at, held.ends_at
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, proposed_starts_at,
    proposed_ends_at, at)
SELECT id, 'move_agreed', state, state, %(actor_id)s, 'student', starts_at, ends_at, clock_timestamp() FROM agreed
""")


def agree(db: PooledConnection, booking: LockedBooking) -> None:
    """Record that one student of a group accepts; idempotent."""
    AGREE.run(db, {"id": booking.id, "held": booking.held_session_id, "actor_id": booking.student_id})


RELEASE_HELD_TIME = Command("""
UPDATE tutoring_sessions SET moves_session_id = NULL, held_until = NULL, taken = false
WHERE id = %s AND moves_session_id IS NOT NULL
""")


def release_held_time(db: PooledConnection, held_session_id: int) -> bool:
    """Free the held time for the session that moves to it; False if the proposal has ended."""
    return RELEASE_HELD_TIME.run(db, (held_session_id,)) > 0
