"""Opening and closing a socket."""

from uuid import UUID

from functions.chat.actions.presence import tell_offline, tell_online
from functions.chat.actions.senders import senders
from functions.chat.actions.tickets import hash_ticket
from functions.chat.data import connections, user_sockets
from functions.chat.data.connections import Sender
from functions.chat.domain.messages import USER
from shared.domain.limits import CONNECTS
from shared.kit.aws.websocket import pusher
from shared.kit.observability.log import note
from shared.kit.security.rate_limits import spend
from shared.kit.security.tokens import Claims

# The maximum number of open sockets per user: a new one closes the oldest.
MAX_SOCKETS = 20


def connect(connection_id: str, conversation_id: UUID | None, claims: Claims, protocol: int) -> bool:
    """Register the socket of a conversation's member or, without a conversation, of a user's notifications.

    False if the session is over or the user is not a member. Raises Throttled.
    """
    user_id = claims.user_id
    spend(CONNECTS, str(user_id))
    if not connections.open_connection(connection_id, conversation_id, user_id, claims.session_id, protocol):
        return False
    _opened(connection_id, user_id, protocol, conversation_id)
    return True


def connect_by_ticket(connection_id: str, ticket: str) -> bool:
    """Register a user socket, which hears all the user's conversations; False if the ticket is not valid."""
    user_id = user_sockets.open_by_ticket(connection_id, hash_ticket(ticket))
    if user_id is None:
        return False
    _opened(connection_id, user_id, USER)
    return True


def _opened(connection_id: str, user_id: UUID, protocol: int, conversation_id: UUID | None = None) -> None:
    conversation = str(conversation_id) if conversation_id else None
    senders.remember(connection_id, Sender(str(user_id), protocol, conversation))
    if oldest := connections.delete_oldest(user_id, MAX_SOCKETS):
        pusher().close(oldest, reason="too many sockets")
    note(user_id=str(user_id))
    tell_online(user_id)


def disconnect(connection_id: str) -> None:
    """Forget a socket."""
    sender = senders.find(connection_id)
    connections.delete_connection(connection_id)
    if sender:
        tell_offline(UUID(sender.user_id))


def disconnect_all(connection_ids: list[str]) -> None:
    """Forget sockets that all closed because a process ended without announcing it."""
    owners = set(connections.list_owners(connection_ids).values())
    if owners:
        connections.delete_connections(connection_ids)
    for user_id in owners:
        tell_offline(UUID(user_id))
