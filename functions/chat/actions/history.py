"""The history of a conversation."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from functions.chat.actions.mark_read import note_shown
from functions.chat.data import conversations, history_window, messages
from functions.chat.data.message_changes import list_hidden
from functions.chat.data.reactions import list_reactions
from functions.chat.domain.members import Membership
from functions.chat.domain.message_frames import history_item
from functions.chat.domain.messages import WINDOW, Message
from shared.kit.http.cursor_pagination import fit_page
from shared.kit.json import json_text


class HistoryPage(NamedTuple):
    """Messages as JSON text, and the query for the rest if not all fit into the answer."""

    messages: list[str]
    next_query: list[tuple[str, str]] | None = None


def list_messages(
    user_id: UUID, conversation_id: UUID, *, newest: int | None, before: int | None, after: int | None
) -> HistoryPage:
    """List messages of a conversation and mark them as read; none for users who are not members.

    With only `newest`, list that many, newest first. Otherwise list oldest first: the first messages `after` a `seq`,
    the last ones `before` one, or the last of all, at most `newest`. Fewer if they are too long for one response.
    """
    membership = conversations.find_membership(conversation_id, user_id)
    if membership is None:
        return HistoryPage([])
    with_seq = after is not None or before is not None
    oldest_first = newest is None or with_seq
    most = WINDOW if newest is None else min(newest, WINDOW)
    if after is not None:
        found = messages.list_after(conversation_id, after, most, before=before)
    elif before is not None:
        found = messages.list_newest(conversation_id, most, before=before)
    else:
        found = history_window.list_newest(conversation_id, membership.last_seq, membership.change_seq, most)
    items = fit_page(message_items(user_id, conversation_id, found, membership, with_seq=with_seq))
    shown = found[: len(items)]
    # The reader's own messages need no marking.
    if any(each.seq > membership.read_seq and each.created_by != str(user_id) for each in shown):
        note_shown(user_id, conversation_id, max(each.seq for each in shown))
    rest = _rest(shown, after=after, before=before, last_seq=membership.last_seq)
    if rest and (len(items) < len(found) or newest is None):
        rest += [("number_of_last_messages", str(newest))] if newest is not None else []
    else:
        rest = None
    return HistoryPage(items[::-1] if oldest_first and after is None else items, rest)


def message_items(
    user_id: UUID, conversation_id: UUID, found: Sequence[Message], membership: Membership, *, with_seq: bool
) -> Iterator[str]:
    """The messages as JSON texts for one reader."""
    hidden = list_hidden(conversation_id, user_id, found) if membership.has_hidden else ()
    reactions = list_reactions(conversation_id, found) if with_seq else {}
    for message in found:
        item = history_item(
            str(conversation_id),
            message,
            membership,
            reader_id=user_id,
            with_seq=with_seq,
            is_hidden=message.seq in hidden,
            reactions=reactions.get(message.seq, ()),
        )
        yield json_text(item)


def _rest(
    shown: Sequence[Message], *, after: int | None, before: int | None, last_seq: int
) -> list[tuple[str, str]] | None:
    """The query for the messages that follow those shown, in the direction of the list; None if there are none."""
    if not shown:
        return None
    end = shown[-1].seq
    if after is None:
        return [("before", str(end))] if end > 1 else None
    if end >= (last_seq if before is None else min(last_seq, before - 1)):
        return None
    return [("after", str(end)), *([("before", str(before))] if before is not None else [])]
