"""Pages of a conversation's messages for clients of our own. Reading them marks nothing as read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions.chat.data import conversations, messages, reactions
from functions.chat.data.message_changes import list_hidden
from functions.chat.domain.errors import NoConversation
from functions.chat.domain.members import Membership
from functions.chat.domain.messages import Message
from functions.chat.domain.own_messages import own_item
from shared.kit.http.cursor_pagination import fit_page
from shared.kit.json import json_text


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages as JSON texts, oldest first; the place behind which those after or before it are to be asked for."""

    membership: Membership
    items: list[str]
    after: int | None = None
    before: int | None = None


def page_messages(
    user_id: UUID, conversation_id: UUID, *, before: int | None, after: int | None, most: int
) -> MessagePage:
    """The first messages `after` a place, the last ones `before` one, or the last ones of all.

    Raises NoConversation.
    """
    membership = conversations.find_membership(conversation_id, user_id)
    if membership is None:
        raise NoConversation
    if after is not None:
        found = messages.list_after(conversation_id, after, most, before=before)
    else:
        found = messages.list_newest(conversation_id, most, before=before)
    items = fit_page(describe(user_id, conversation_id, membership, found))
    end = found[len(items) - 1].seq if items else 0
    if after is None:
        return MessagePage(membership, items[::-1], before=end if end > 1 else None)
    last = membership.last_seq if before is None else before - 1
    return MessagePage(membership, items, after=end if items and end < last else None)


def describe(user_id: UUID, conversation_id: UUID, membership: Membership, found: Sequence[Message]) -> list[str]:
    """Messages that follow each other in a conversation, as JSON texts for one reader."""
    hidden = list_hidden(conversation_id, user_id, found) if membership.has_hidden else ()
    by_seq: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for each in reactions.list_reactions(conversation_id, found) if membership.change_seq else ():
        by_seq[each.seq].append({"emoji": each.emoji, "users": each.users})
    return [
        json_text(
            own_item(
                conversation_id, message, membership, user_id, by_seq[message.seq], is_hidden=message.seq in hidden
            )
        )
        for message in found
    ]
