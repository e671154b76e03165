"""Recording up to which message a user has read."""

from uuid import UUID

from functions.chat.actions.unread import tell_read
from functions.chat.data import read_state
from functions.chat.data.read_state import Reader
from functions.chat.domain.errors import NoConversation
from shared.kit.observability.log import logger
from shared.kit.psycopg import psycopg


def mark_read(user_id: UUID, conversation_id: UUID, seq: int) -> Reader:
    """Like `note_read`, but returns what is still unread. Raises NoConversation."""
    note_read(user_id, conversation_id, seq)
    reader = read_state.find_reader(conversation_id, user_id)
    if reader is None:
        raise NoConversation
    return reader


def note_read(user_id: UUID, conversation_id: UUID, seq: int) -> None:
    """Record that a member has read up to a message (at most the last one); read messages stay read.

    Raises NoConversation.
    """
    is_more = read_state.mark_read(conversation_id, user_id, seq)
    if is_more is None:
        raise NoConversation
    if is_more:
        tell_read(conversation_id, user_id)


def note_shown(user_id: UUID, conversation_id: UUID, seq: int) -> None:
    """`note_read` for messages in a response, which are returned even if that cannot be recorded."""
    try:
        note_read(user_id, conversation_id, seq)
    except (NoConversation, psycopg.OperationalError):
        logger().exception("reading not noted", extra={"conversation_id": str(conversation_id)})
