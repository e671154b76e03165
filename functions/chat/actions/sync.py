"""Telling a client that was away what it missed: the events it would have received, in their current state."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from functions.chat.actions.history import message_items
from functions.chat.actions.socket_actions import BadData, Caller, Fields
from functions.chat.data import conversations, messages, missed
from functions.chat.domain.frames import encode, event_frame
from functions.chat.domain.messages import is_client_id
from functions.chat.domain.sync_cursors import MOST_CHANGES, Known, read_cursor, read_known
from shared.kit.aws.websocket import pusher
from shared.kit.http.cursor_pagination import fit_page

# Per response: the maximum number of messages and changes, and of conversations that are searched for them.
MOST_MISSED = 200
MOST_CONVERSATIONS = 20
# And of bytes, not counting the last event: a reader that is a megabyte behind is disconnected by the local gateway.
MOST_BYTES = 500_000


def sync(caller: Caller, fields: Fields) -> None:
    """Send what a client missed after the places it names (`after`), or in all its conversations after a `cursor`.

    The last event, `synced`, has the cursor for the next sync and, if that was not all, what to request next.
    Raises BadData.
    """
    # Taken before reading anything, so that whatever arrives meanwhile is sent again next time.
    cursor = missed.get_cursor(caller.user_id, MOST_CHANGES)
    frames: list[bytes] = []
    rest: list[Known] = []
    for number, known in enumerate(_news(caller.user_id, fields)):
        room, space = MOST_MISSED - len(frames), MOST_BYTES - sum(map(len, frames))
        if number >= MOST_CONVERSATIONS or min(room, space) <= 0:
            rest.append(known)
            continue
        found, left = _missed(caller.user_id, known, room, space)
        frames += found
        rest += [left] if left else []
    frame_id = fields.get("id")
    data = {
        "id": frame_id if is_client_id(frame_id) else None,
        "cursor": cursor.text(),
        "more": {str(each.conversation_id): {"seq": each.seq, "change_seq": each.change_seq} for each in rest},
    }
    frames.append(encode(event_frame("synced", data)))
    pusher().post_all(([caller.connection_id], frame) for frame in frames)


def _news(user_id: UUID, fields: Fields) -> list[Known]:
    """The conversations with events that the client missed, and the client's position in each."""
    if "after" in fields:
        known = read_known(fields["after"])
        if known is None or "cursor" in fields:
            raise BadData
        return missed.list_news(user_id, known)
    if fields.get("cursor") is None:
        return []
    cursor = read_cursor(fields["cursor"])
    if cursor is None:
        raise BadData
    return missed.list_news_since(user_id, cursor)


def _missed(user_id: UUID, known: Known, room: int, space: int) -> tuple[list[bytes], Known | None]:
    """At most `room` events of a conversation in `space` bytes, and the client's new position if there are more."""
    membership = conversations.find_membership(known.conversation_id, user_id)
    if membership is None:
        return [], None
    after, changes = known.seq, known.change_seq or 0
    stored = messages.list_after(known.conversation_id, after, room, before=None)
    items = fit_page(message_items(user_id, known.conversation_id, stored, membership, with_seq=True), space)
    frames = [encode(event_frame("message_stored", json.loads(item))) for item in items]
    space -= sum(map(len, frames))
    room = room - len(stored) if len(items) == len(stored) and space > 0 else 0
    changed = messages.list_changed(known.conversation_id, user_id, changes, room) if room else []
    told = fit_page(message_items(user_id, known.conversation_id, changed, membership, with_seq=True), space)
    for item in told:
        if (message := json.loads(item))["seq"] <= after:
            frames += [encode(frame) for frame in _changes(message)]
    if len(told) == len(changed) < room:
        return frames, None
    last = stored[len(items) - 1].seq if items else after
    last_change = max((each.change_seq or 0 for each in changed[: len(told)]), default=changes)
    return frames, Known(known.conversation_id, last, last_change)


def _changes(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The change events of a message, as far as they still hold."""
    place = {name: message[name] for name in ("conversation", "seq", "id", "change_seq")}
    if "deleted_at" in message or "hidden" in message:
        yield event_frame("message_deleted", {**place, "only_for_you": "deleted_at" not in message})
        return
    if "edited_at" in message:
        yield event_frame("message_edited", {**place, "body": message["body"], "edited_at": message["edited_at"]})
    yield event_frame("reaction_changed", {**place, "reactions": message.get("reactions", [])})
