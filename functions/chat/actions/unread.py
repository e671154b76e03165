"""Telling people's devices their unread counts, and senders that their messages were read.

Best effort, after the commit and the push: a client that missed it refetches its conversations.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from uuid import UUID

from functions.chat.data import read_state
from functions.chat.data.read_state import Occasion, Reader
from functions.chat.domain.frames import encode, event_frame
from functions.chat.domain.messages import USER, StoredMessage, event_sockets
from functions.chat.domain.read_events import ReadUpToEvent, UnreadChangedEvent
from shared.data.connections import forget_gone
from shared.kit.aws.pusher import Post
from shared.kit.aws.websocket import pusher
from shared.kit.observability.log import logger
from shared.kit.psycopg import psycopg

USER_DIGIT = str(USER)

# By occasion: the author's last message in a conversation, or None if a member has read.
News = Mapping[Occasion, StoredMessage | None]


class Gathering:
    """`installed`, if set, collects news and calls `tell` with many occasions at once.

    A single thread then queries and tells for all occasions, so that the state it tells last is the latest.
    """

    installed: Callable[[News], None] | None = None


def tell_recipients(stored: Sequence[StoredMessage]) -> None:
    """Tell recipients what new messages mean for their unread counts, if any of them has a user socket."""
    if heard := {Occasion(each.conversation_id, author=each.user_id): each for each in stored if _is_heard(each)}:
        (Gathering.installed or tell)(heard)


def tell_read(conversation_id: UUID, user_id: UUID) -> None:
    """Tell a conversation how far a user has read, and the user's own devices what is still unread."""
    (Gathering.installed or tell)({Occasion(str(conversation_id), reader=str(user_id)): None})


def tell(news: News) -> None:
    """Tell what is unread and what is read, once these messages are stored and these marks are set."""
    messages = sorted((each for each in news.values() if each), key=attrgetter("seq"))
    newest = {each.conversation_id: each for each in messages}
    try:
        readers = read_state.list_readers(news)
    except psycopg.Error:
        logger().exception("unread messages not told")
        return
    posts = (post for each in readers for post in _posts(each, newest.get(each.conversation_id)))
    if gone := pusher().post_all(posts):
        forget_gone(gone)


def _is_heard(message: StoredMessage) -> bool:
    return any(each[0] == USER_DIGIT for each in message.listeners)


def _posts(reader: Reader, newest: StoredMessage | None) -> Iterator[Post]:
    """The posts of a reader: how far they have read, for the conversation; what is unread, for their own devices.

    If there is a block, the other user does not learn that the reader is there.
    """
    if reader.has_read:
        heard = reader.sockets if reader.is_blocked else event_sockets((reader.listeners or "").split())
        yield heard, encode(event_frame("read_up_to", read_event(reader, reader.read_seq)))
    elif reader.is_reading and newest:
        yield event_sockets(newest.listeners), encode(event_frame("read_up_to", read_event(reader, newest.seq)))
        return
    if reader.sockets:
        yield reader.sockets, encode(event_frame("unread_changed", unread_event(reader)))


def read_event(reader: Reader, seq: int) -> ReadUpToEvent:
    return {"conversation": reader.conversation_id, "user": reader.user_id, "seq": seq}


def unread_event(reader: Reader) -> UnreadChangedEvent:
    return {
        "conversation": reader.conversation_id,
        "read_seq": reader.read_seq,
        "unread": reader.unread,
        "total": reader.total,
    }
