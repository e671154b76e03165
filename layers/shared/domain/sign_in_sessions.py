"""Ending sign-in sessions: their tokens are void at once and their sockets are closed."""

from uuid import UUID

from shared.kit.aws.websocket import pusher
from shared.kit.db.pool import PooledConnection

# In a statement of its own: a socket being opened meanwhile is then either seen or refused.
LOCK_SESSIONS = """
SELECT id FROM sign_in_sessions
WHERE user_id = %(user_id)s AND (%(only)s::uuid IS NULL OR id = %(only)s) AND (%(but)s::uuid IS NULL OR id <> %(but)s)
ORDER BY id FOR UPDATE
"""


def end_sessions(
    db: PooledConnection, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> tuple[list[UUID], list[str]]:
    """Delete a user's sessions: all of them, `only` one, or all `but` one.

    Returns the ids of the ended sessions and of their open sockets; after the commit give the sockets
    to `close_sockets`.
    """
    ended = [row[0] for row in db.execute(LOCK_SESSIONS, {"user_id": user_id, "only": only, "but": but}).fetchall()]
    closing = "DELETE FROM connections WHERE session_id = ANY(%s) RETURNING id"
    sockets = [row[0] for row in db.execute(closing, (ended,)).fetchall()]
    db.execute("DELETE FROM sign_in_sessions WHERE id = ANY(%s)", (ended,))
    return ended, sockets


def close_sockets(sockets: list[str]) -> None:
    if sockets:
        pusher().close(sockets)
