"""Sending messages: check them, store them, push them to the sockets of their conversations.

The legacy client draws every object it is sent as a message, so nothing but messages is sent to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from functions.chat.actions.refusals import refuse_message
from functions.chat.actions.senders import senders
from functions.chat.actions.unread import tell_recipients
from functions.chat.actions.versions import posts_of_versions
from functions.chat.data import history_window, messages
from functions.chat.data.connections import list_owners
from functions.chat.domain.frames import encode
from functions.chat.domain.message_frames import legacy_frame, stored_frame
from functions.chat.domain.messages import (
    LEGACY_DIGIT,
    NewMessage,
    RefusedMessage,
    StoredMessage,
    are_attachments,
    canonical_uuid,
    event_sockets,
    is_body,
    is_client_id,
    is_seq,
)
from shared.data.connections import forget_gone
from shared.kit.aws.pusher import Post
from shared.kit.aws.websocket import pusher
from shared.kit.db.pool import drop_broken_connections
from shared.kit.observability.log import logger, note
from shared.kit.observability.metrics import count
from shared.kit.psycopg import psycopg

# The connection a message came over, and the fields that its client sent.
ReceivedMessage = tuple[str, Mapping[str, Any]]


def send_messages(received: Sequence[ReceivedMessage]) -> None:
    """Store messages and send each to all sockets of its conversation, including the sender's.

    Storing a batch of messages costs PostgreSQL little more than storing one.
    """
    allowed = senders.spend_each([connection_id for connection_id, _ in received])
    checked = [_check(*each, is_allowed=may) for each, may in zip(received, allowed, strict=True)]
    if new := [each for each in checked if each]:
        stored = _store(new)
        senders.learn(stored)
        push_messages(stored)


def _check(connection_id: str, fields: Mapping[str, Any], *, is_allowed: bool) -> NewMessage | None:
    """Check a client's message; None if it is refused, for example because of a rate limit."""
    if known := senders.known.get(connection_id):
        note(user_id=known.user_id)
    body, client_id, reply_to = fields.get("body"), fields.get("id"), fields.get("reply_to")
    attachments = fields.get("attachments")
    is_bad = False
    if not (client_id is None or is_client_id(client_id)):
        client_id, is_bad = None, True
    if not (reply_to is None or is_seq(reply_to)):
        reply_to, is_bad = None, True
    if attachments is not None:
        # A message may consist only of attachments.
        is_named = are_attachments(attachments) and senders.speaks_events(connection_id)
        attachments, body, is_bad = (attachments, body or "", is_bad) if is_named else (None, body, True)
    if not is_allowed:
        refuse_message(connection_id, client_id, "throttled")
        return None
    # The legacy protocol has neither ids nor replies nor attachments, so it ignores these keys.
    if not is_body(body, may_be_empty=attachments is not None) or (is_bad and senders.speaks_events(connection_id)):
        refuse_message(connection_id, client_id, "bad_message")
        return None
    if reply_to is not None and not senders.speaks_events(connection_id):
        reply_to = None
    conversation_id = canonical_uuid(fields.get("conversation"))
    return NewMessage(connection_id, body, client_id, reply_to, conversation_id, attachments)


def _store(new: Sequence[NewMessage], *, retry: bool = True) -> list[StoredMessage]:
    """Store messages in one transaction or, if one was stored before, one by one; returns them as stored."""
    try:
        return _add(new)
    except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
        return [stored for each in new for stored in _store([each])]
    except psycopg.OperationalError:
        drop_broken_connections()
        # They may have been stored nevertheless, so only a message with a client id can be retried.
        identified = [each for each in new if retry and each.client_id is not None]
        for each in new:
            if each not in identified:
                logger().exception("message not stored", extra={"connection_id": each.connection_id})
                refuse_message(each.connection_id, each.client_id, "unavailable")
    return _store(identified, retry=False) if identified else []


def _add(new: Sequence[NewMessage]) -> list[StoredMessage]:
    """Store new messages, all or none, and add them to the window; a single message may be stored already.

    For several messages, raises psycopg.errors.UniqueViolation if one is already stored, or CheckViolation if one names
    attachments that are not available.
    """
    try:
        stored, refused = messages.store_messages(new)
    except psycopg.errors.UniqueViolation:
        if len(new) > 1:
            raise
        return messages.find_stored(new[0])
    except psycopg.errors.CheckViolation:
        if len(new) > 1:
            raise
        return _refuse(RefusedMessage(new[0], "attachment_unavailable", 1))
    count("Messages", len(stored))
    history_window.append(stored)
    if len(stored) == len(new):
        return stored
    _refuse_without_conversation(new, stored, refused)
    return stored + [again for each in refused for again in _refuse(each)]


def _refuse(refused: RefusedMessage) -> list[StoredMessage]:
    """Tell the sender of the refusal; if a retried message had already been stored, return that one instead."""
    message = refused.message
    stored = messages.find_stored(message) if message.client_id is not None else []
    if not stored:
        refuse_message(message.connection_id, message.client_id, refused.code)
    return stored


def _refuse_without_conversation(
    new: Sequence[NewMessage], stored: Sequence[StoredMessage], refused: Sequence[RefusedMessage]
) -> None:
    """Refuse messages sent over notification sockets, and those that name other users' conversations."""
    known = {each.place for each in stored} | {each.place for each in refused}
    for place, each in enumerate(new, 1):
        if place not in known:
            refuse_message(each.connection_id, each.client_id, "no_conversation")


def _by_reader(message: StoredMessage) -> Iterable[tuple[str, list[str]]]:
    """Group listeners by what they are sent: all get the same, except that attachment URLs differ per reader."""
    if message.attachments is None:
        return [("", message.listeners)]
    owners = list_owners([each[1:] for each in message.listeners])
    by_reader: dict[str, list[str]] = {}
    for each in message.listeners:
        if owner := owners.get(each[1:]):
            by_reader.setdefault(owner, []).append(each)
    return by_reader.items()


def _posts(message: StoredMessage, reader_id: str, heard: Sequence[str]) -> Iterator[Post]:
    """Frames of a message for listeners (one reader's, or all): one frame for all that are sent the same."""
    if listeners := [each[1:] for each in heard if each[0] == LEGACY_DIGIT]:
        yield listeners, encode(legacy_frame(message, reader_id))
    if len(listeners) == len(heard):
        return
    if listeners := event_sockets(heard):
        yield listeners, encode(stored_frame(message, reader_id))
    yield from posts_of_versions(message, reader_id, heard)


def push_messages(stored: Sequence[StoredMessage]) -> None:
    """Send each message to its listeners in the frames of their protocol; forget listeners whose socket is gone.

    Then tell the recipients what is unread.
    """
    posts: list[Post] = []
    for message in stored:
        for reader_id, heard in _by_reader(message):
            posts += _posts(message, reader_id, heard)
    if gone := pusher().post_all(posts):
        # Keep the first message of each conversation: later ones were not delivered either.
        forget_gone(gone, {each.conversation_id: each.seq for each in reversed(stored)})
    tell_recipients(stored)
