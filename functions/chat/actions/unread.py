"""Telling people's devices how much is unread, and senders that they are read, as messages come.

Best effort, after the commit and the push: a client that missed it asks for its conversations.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from functions.chat.actions.deliver import deliver_to_conversation, deliver_to_sockets
from functions.chat.data import read_state
from functions.chat.data.read_state import Reader
from functions.chat.domain.frames import encode, event_frame
from functions.chat.domain.messages import EVENT_DIGITS, USER, StoredMessage
from functions.chat.domain.read_events import ReadUpToEvent, UnreadChangedEvent
from shared.data.connections import forget_gone
from shared.kit.aws.pusher import Post
from shared.kit.aws.websocket import pusher
from shared.kit.observability.log import logger
from shared.kit.psycopg import psycopg

USER_DIGIT = str(USER)


# The last message of each author in each conversation.
Heard = Mapping[tuple[str, str], StoredMessage]


class Gathering:
    """`installed`: takes messages in place of `tell_heard`, which it calls with those of many at once."""

    installed: Callable[[Heard], None] | None = None


def tell_recipients(stored: Sequence[StoredMessage]) -> None:
    """Tell what new messages mean for those who get them, where anybody hears it on a socket of their own."""
    if heard := {(each.conversation_id, each.user_id): each for each in stored if _is_heard(each)}:
        (Gathering.installed or tell_heard)(heard)


def tell_heard(heard: Heard) -> None:
    """Tell what is unread, and what is read at once, now that these messages are stored."""
    newest = {each.conversation_id: each for each in sorted(heard.values(), key=attrgetter("seq"))}
    try:
        recipients = read_state.list_recipients(heard)
    except psycopg.Error:
        logger().exception("unread messages not told")
        return
    if gone := pusher().post_all(_posts(newest[each.conversation_id], each) for each in recipients):
        forget_gone(gone)


def _is_heard(message: StoredMessage) -> bool:
    return any(each[0] == USER_DIGIT for each in message.listeners)


def _posts(newest: StoredMessage, recipient: Reader) -> Post:
    """What a recipient's devices are told or, of one that reads along, the others."""
    if not recipient.is_reading:
        return recipient.sockets, encode(event_frame("unread_changed", unread_event(recipient)))
    listeners = [each[1:] for each in newest.listeners if each[0] in EVENT_DIGITS]
    return listeners, encode(event_frame("read_up_to", read_event(recipient, newest.seq)))


def tell_read(reader: Reader) -> None:
    """Tell a conversation up to where somebody has read, and their own devices what is left.

    Behind a block the other person does not learn that somebody is there.
    """
    event = read_event(reader, reader.read_seq)
    if reader.is_blocked:
        deliver_to_sockets(reader.sockets, "read_up_to", event)
    else:
        deliver_to_conversation(UUID(reader.conversation_id), "read_up_to", event)
    tell_unread([reader])


def tell_unread(readers: Iterable[Reader]) -> None:
    """Tell people's devices how much is unread."""
    for each in readers:
        deliver_to_sockets(each.sockets, "unread_changed", unread_event(each))


def read_event(reader: Reader, seq: int) -> ReadUpToEvent:
    return {"conversation": reader.conversation_id, "user": reader.user_id, "seq": seq}


def unread_event(reader: Reader) -> UnreadChangedEvent:
    return {
        "conversation": reader.conversation_id,
        "read_seq": reader.read_seq,
        "unread": reader.unread,
        "total": reader.total,
    }
