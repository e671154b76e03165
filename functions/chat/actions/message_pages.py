"""Pages of a conversation's messages for clients of our own. Reading them marks nothing as read."""

from typing import NamedTuple
from uuid import UUID

from functions.chat.actions.history import message_items
from functions.chat.data import conversations, messages
from functions.chat.domain.errors import NoConversation
from functions.chat.domain.members import Membership
from shared.kit.http.cursor_pagination import fit_page


class MessagePage(NamedTuple):
    """Messages as JSON text, oldest first, and the `after` or `before` of the next page."""

    membership: Membership
    items: list[str]
    after: int | None = None
    before: int | None = None


def page_messages(
    user_id: UUID, conversation_id: UUID, *, before: int | None, after: int | None, most: int
) -> MessagePage:
    """The first messages `after` a `seq`, the last ones `before` one, or the last ones of all.

    Raises NoConversation.
    """
    membership = conversations.find_membership(conversation_id, user_id)
    if membership is None:
        raise NoConversation
    if after is not None:
        found = messages.list_after(conversation_id, after, most, before=before)
    else:
        found = messages.list_newest(conversation_id, most, before=before)
    items = fit_page(message_items(user_id, conversation_id, found, membership, with_seq=True))
    end = found[len(items) - 1].seq if items else 0
    if after is None:
        return MessagePage(membership, items[::-1], before=end if end > 1 else None)
    last = membership.last_seq if before is None else before - 1
    return MessagePage(membership, items, after=end if items and end < last else None)
