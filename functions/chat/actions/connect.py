"""Opening and closing a socket."""

from uuid import UUID

from functions.chat.actions.senders import senders
from functions.chat.data import connections
from shared.kit.observability.log import note
from shared.kit.security.tokens import Claims


def connect(connection_id: str, conversation_id: UUID | None, claims: Claims, protocol: int) -> bool:
    """Register the socket of a member of a conversation or, without one, of somebody's notifications.

    False if the session is over or its user is no member.
    """
    user_id = claims.user_id
    if not connections.open_connection(connection_id, conversation_id, user_id, claims.session_id, protocol):
        return False
    senders.remember(connection_id, str(user_id), protocol)
    note(user_id=str(user_id))
    return True


def disconnect(connection_id: str) -> None:
    """Forget a socket."""
    connections.delete_connection(connection_id)
