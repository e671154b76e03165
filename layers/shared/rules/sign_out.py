"""Ending sign-in sessions: their tokens are void at once and their sockets are closed."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared.kit.websocket import pusher
from shared.models import Connection, SignInSession


def end_sessions(
    session: Session, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> tuple[list[UUID], list[str]]:
    """Delete a user's sessions: all of them, `only` one, or all `but` one.

    Returns the ids of the ended sessions and of their open sockets; after the commit give the sockets
    to `close_sockets`.
    """
    wanted = select(SignInSession.id).where(SignInSession.user_id == user_id)
    if only is not None:
        wanted = wanted.where(SignInSession.id == only)
    if but is not None:
        wanted = wanted.where(SignInSession.id != but)
    # Locked in a statement of its own: a socket being opened meanwhile is then either seen or refused.
    ended = list(session.scalars(wanted.with_for_update()))
    closing = delete(Connection).where(Connection.session_id.in_(ended)).returning(Connection.id)
    sockets = list(session.scalars(closing))
    session.execute(delete(SignInSession).where(SignInSession.id.in_(ended)))
    return ended, sockets


def close_sockets(sockets: list[str]) -> None:
    if sockets:
        pusher().close(sockets)
