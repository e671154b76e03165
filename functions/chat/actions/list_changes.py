"""Listing the changes of messages that a client missed."""

from uuid import UUID

from functions.chat.actions.history import message_items
from functions.chat.data import conversations, messages
from functions.chat.domain.errors import NoConversation
from functions.chat.domain.messages import WINDOW
from shared.kit.http.cursor_pagination import fit_page


def list_changes(user_id: UUID, conversation_id: UUID, after: int) -> tuple[list[str], int | None]:
    """Messages changed after a given change number, as JSON texts in the order of their last changes.

    If there are more, the number to continue from is returned with them. Raises NoConversation.
    """
    membership = conversations.find_membership(conversation_id, user_id)
    if membership is None:
        raise NoConversation
    found = messages.list_changed(conversation_id, user_id, after, WINDOW)
    items = fit_page(message_items(user_id, conversation_id, found, membership, with_seq=True))
    is_more = len(items) < len(found) or len(found) == WINDOW
    return items, found[len(items) - 1].change_seq if is_more else None
