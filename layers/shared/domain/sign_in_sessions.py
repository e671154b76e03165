"""Revoking sign-in sessions: their tokens stop working at once and their sockets are closed."""

from uuid import UUID

from shared.data.sign_in_sessions import DELETE_CONNECTIONS, DELETE_SESSIONS, DELETE_TICKETS, LOCK_SESSIONS
from shared.kit.aws.websocket import pusher
from shared.kit.db.pool import PooledConnection


def end_sessions(
    db: PooledConnection, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> tuple[list[UUID], list[str]]:
    """Delete a user's sessions: all, `only` one, or all `but` one.

    Without `only`, sign-ins that wait for a second factor end as well.

    Returns the ids of the ended sessions and of their open sockets; after the commit, pass the sockets to
    `close_sockets`.
    """
    ended = LOCK_SESSIONS.all(db, {"user_id": user_id, "only": only, "but": but})
    sockets = DELETE_CONNECTIONS.all(db, (ended,))
    DELETE_SESSIONS.run(db, (ended,))
    if only is None:
        DELETE_TICKETS.run(db, (user_id,))
    return ended, sockets


def close_sockets(sockets: list[str]) -> None:
    if sockets:
        pusher().close(sockets)
