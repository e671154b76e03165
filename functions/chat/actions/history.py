"""The history of a conversation."""

from uuid import UUID

from functions.chat.data import conversations, history_window, messages
from functions.chat.domain.frames import history_item
from functions.chat.domain.messages import WINDOW
from shared.kit.http.cursor_pagination import fit_page
from shared.kit.json import json_text


def list_messages(
    user_id: UUID, conversation_id: UUID, *, newest: int | None, before: int | None, after: int | None
) -> list[str]:
    """Messages of a conversation as JSON texts; none for those who are no members of it.

    With `newest` that many, newest first. With a place, or without anything, oldest first: the first ones `after`
    a place, the last ones `before` one, or the last ones of all, `newest` at most. Of long messages there are as
    many as fit into an answer.
    """
    membership = conversations.find_membership(conversation_id, user_id)
    if membership is None:
        return []
    with_seq = after is not None or before is not None
    oldest_first = newest is None or with_seq
    most = WINDOW if newest is None else min(newest, WINDOW)
    if after is not None:
        found = messages.list_after(conversation_id, after, most, before=before)
    elif before is not None:
        found = messages.list_newest(conversation_id, most, before=before)
    else:
        found = history_window.list_newest(conversation_id, membership.last_seq, most)
    items = fit_page(
        json_text(history_item(str(conversation_id), message, membership, with_seq=with_seq)) for message in found
    )
    return items[::-1] if oldest_first and after is None else items
