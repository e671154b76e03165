"""Sending a message over HTTP. Open sockets get it as if it had been sent over one."""

from uuid import UUID

from functions.chat.actions.send_messages import push_messages
from functions.chat.data import history_window, messages
from functions.chat.domain.errors import (
    AttachmentUnavailable,
    MessageNotFound,
    NoConversation,
    SenderBlocked,
    TooManyUnanswered,
)
from functions.chat.domain.messages import NewMessage, RefusedMessage, StoredMessage
from shared.kit.errors import AppError
from shared.kit.observability.metrics import count
from shared.kit.psycopg import psycopg

REFUSALS: dict[str, type[AppError]] = {
    "blocked": SenderBlocked,
    "message_not_found": MessageNotFound,
    "throttled": TooManyUnanswered,
}


def post_message(user_id: UUID, message: NewMessage) -> tuple[StoredMessage, bool]:
    """Store a message; returns it and whether it is new. A retry with the same client id returns the stored message.

    Raises NoConversation, SenderBlocked, MessageNotFound, TooManyUnanswered or AttachmentUnavailable.
    """
    try:
        stored = messages.store_message_for(user_id, message)
    except psycopg.errors.UniqueViolation:
        return _get_stored(user_id, message, NoConversation()), False
    except psycopg.errors.CheckViolation:
        return _get_stored(user_id, message, AttachmentUnavailable()), False
    if stored is None:
        raise NoConversation
    if isinstance(stored, RefusedMessage):
        return _get_stored(user_id, message, REFUSALS[stored.code]()), False
    count("Messages", 1)
    history_window.append([stored])
    push_messages([stored])
    return stored, True


def _get_stored(user_id: UUID, message: NewMessage, otherwise: AppError) -> StoredMessage:
    """The message that an earlier attempt stored, if any; raises `otherwise` if none did."""
    found = messages.find_stored_for(user_id, message) if message.client_id is not None else None
    if found is None:
        raise otherwise
    return found
