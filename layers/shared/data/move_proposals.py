"""Ending a tutor's proposal to move a session; the session row that held the new time becomes an empty one."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from shared.data.booking_states import ACTIVE_STATES
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, compose

# Rows are locked in the same order as in every change of bookings: bookings, then sessions. A student who only has an
# offer of a seat was never asked. If students are waiting for the held time, it stays taken until it has been offered
# to them.
END_PROPOSALS = Command(
    compose(
        """
WITH asked AS MATERIALIZED (
    SELECT b.id, b.state, held.starts_at, held.ends_at
    FROM bookings b JOIN tutoring_sessions held ON held.moves_session_id = b.session_id
    WHERE held.id = ANY(%(held)s) AND b.state IN {active} AND b.awaiting IS DISTINCT FROM 'student'
    ORDER BY b.id FOR KEY SHARE OF b
), ended AS (
    UPDATE tutoring_sessions held SET moves_session_id = NULL, held_until = NULL,
        taken = EXISTS (SELECT FROM waitlist_entries WHERE session_id = held.id AND state = 'waiting')
    WHERE id = ANY(%(held)s) AND moves_session_id IS NOT NULL AND (SELECT count(*) FROM asked) >= 0
)
INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_id, actor_role, reason, proposed_starts_at,
    proposed_ends_at, at)
SELECT id, %(kind)s, state, state, %(actor_id)s, %(role)s, %(reason)s, starts_at, ends_at, statement_timestamp()
FROM asked ORDER BY id
""",
        active=ACTIVE_STATES,
    )
)


def end_proposals(
    db: PooledConnection,
    held_session_ids: Sequence[int],
    kind: Literal["move_declined", "move_withdrawn", "move_expired"],
    *,
    actor_id: UUID | None = None,
    role: Literal["student", "tutor", "system"] = "system",
    reason: str = "",
) -> None:
    """End the proposals that these sessions hold time for, and record it for every booking that was to move."""
    values = {"held": list(held_session_ids), "kind": kind, "actor_id": actor_id, "role": role, "reason": reason}
    END_PROPOSALS.run(db, values)
