"""What the WebSocket handler does: one action for each route key.

The legacy client draws every object it is sent as a message, so nothing but messages is sent to it.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard
from uuid import UUID

import psycopg

from functions.chat import history, notification_socket, repository
from functions.chat.repository import Draft, Sent
from functions.chat.shapes import encode, legacy_frame, refused_frame, stored_frame
from shared.domain.connections import forget_gone
from shared.domain.limits import MESSAGES
from shared.kit.aws.websocket import Post, pusher
from shared.kit.db.pool import drop_broken_connections
from shared.kit.errors import Throttled
from shared.kit.observability.log import logger, note
from shared.kit.observability.metrics import count
from shared.kit.security import tokens
from shared.kit.security.rate_limits import spend
from shared.kit.text import unstorable_characters

MAX_CHARACTERS = 8_000
MAX_BYTES = 32_768
MAX_CLIENT_ID = 100
LEGACY, FACTS = 1, 2

Event = Mapping[str, Any]
OK, UNAUTHORIZED, FORBIDDEN = {"statusCode": 200}, {"statusCode": 401}, {"statusCode": 403}


def connect(event: Event) -> dict[str, Any]:
    """Let a member of the conversation in, or anybody to the own notifications; other handshakes are refused."""
    query = event.get("queryStringParameters") or {}
    notifications = notification_socket.is_asked_for(query)
    try:
        claims = tokens.read(query.get("token", ""), "access")
        conversation_id = None if notifications else _conversation_id(query.get("conversation", ""))
    except tokens.InvalidToken:
        return UNAUTHORIZED
    except ValueError:
        return FORBIDDEN
    connection_id = event["requestContext"]["connectionId"]
    protocol = FACTS if notifications or query.get("protocol") == str(FACTS) else LEGACY
    if not repository.open_connection(connection_id, conversation_id, claims.user_id, claims.session_id, protocol):
        return FORBIDDEN
    _senders.remember(connection_id, str(claims.user_id), protocol)
    note(user_id=str(claims.user_id))
    return OK


def _conversation_id(text: str) -> UUID:
    """Raises ValueError for anything but a UUID in its canonical form, as the paths of HTTP do."""
    conversation_id = UUID(text)
    if str(conversation_id) != text:
        raise ValueError(text)
    return conversation_id


def disconnect(event: Event) -> dict[str, Any]:
    repository.forget_connection(event["requestContext"]["connectionId"])
    return OK


def default(event: Event) -> dict[str, Any]:
    """Frames without a known `event`; the original took those without any for messages."""
    frame = _read(event)
    if frame is None or "event" in frame:
        return OK
    if notification_socket.asks_for_count(frame) and _answer_count(event["requestContext"]["connectionId"]):
        return OK
    return chat_message(event)


def _answer_count(connection_id: str) -> bool:
    """Asked too often it is left without an answer, as messages are."""
    try:
        _senders.spend(connection_id)
    except Throttled:
        return True
    return notification_socket.send_count(connection_id)


def chat_message(event: Event) -> dict[str, Any]:
    """Store a message and send it to every socket of its conversation, the sender's too."""
    chat_messages([event])
    return OK


def chat_messages(events: Sequence[Event]) -> None:
    """As chat_message, for messages that wait together: for PostgreSQL they are little more work than one."""
    if drafts := [draft for event in events if (draft := _accepted(event))]:
        messages = _store(drafts)
        _senders.learn(messages)
        _deliver(messages)


def _accepted(event: Event) -> Draft | None:
    """The message of an event; None if it is refused."""
    connection_id = event["requestContext"]["connectionId"]
    if known := _senders.known.get(connection_id):
        note(user_id=known[0])
    data = (_read(event) or {}).get("data")
    said: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    body, client_id = said.get("body"), said.get("id")
    unusable = not (client_id is None or _is_client_id(client_id))
    if unusable:
        client_id = None
    # The legacy protocol knows no ids: there it is one of the keys that mean nothing.
    if not _is_body(body) or (unusable and _speaks_facts(connection_id)):
        _refuse(connection_id, client_id, "bad_message")
        return None
    try:
        _senders.spend(connection_id)
    except Throttled:
        _refuse(connection_id, client_id, "throttled")
        return None
    return Draft(connection_id, body, client_id)


def _read(event: Event) -> dict[str, Any] | None:
    """The frame as an object, None for anything else."""
    try:
        frame = json.loads(event.get("body") or "")
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None


def _is_client_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_CLIENT_ID and not unstorable_characters(value)


def _is_body(value: object) -> TypeGuard[str]:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_CHARACTERS or unstorable_characters(value):
        return False
    return len(value.encode()) <= MAX_BYTES


def _store(drafts: Sequence[Draft], *, again: bool = True) -> list[Sent]:
    """The messages as they are stored now: all in one transaction or, if one was stored before, one by one."""
    try:
        return _add(drafts)
    except psycopg.errors.UniqueViolation:
        return [sent for draft in drafts for sent in _store([draft])]
    except psycopg.OperationalError:
        drop_broken_connections()
        # They may be stored all the same: only a message with an id of its own can be tried once more.
        known = [draft for draft in drafts if again and draft.client_id is not None]
        for draft in drafts:
            if draft not in known:
                logger().exception("message not stored", extra={"connection_id": draft.connection_id})
                _refuse(draft.connection_id, draft.client_id, "unavailable")
    return _store(known, again=False) if known else []


def _add(drafts: Sequence[Draft]) -> list[Sent]:
    """Store new messages, all or none, and tell the window of them; a single one may be stored already.

    Raises psycopg.errors.UniqueViolation if one of several is.
    """
    try:
        messages = repository.store_messages(drafts)
    except psycopg.errors.UniqueViolation:
        if len(drafts) > 1:
            raise
        return repository.find_sent(drafts[0])
    count("Messages", len(messages))
    history.append(messages)
    return messages


def _deliver(messages: Sequence[Sent]) -> None:
    """Send to each listener in the words of its protocol; forget those whose socket is gone."""
    posts: list[Post] = []
    for sent in messages:
        for protocol, frame in ((LEGACY, legacy_frame), (FACTS, stored_frame)):
            if listeners := [each[1:] for each in sent.listeners if each[0] == str(protocol)]:
                posts.append((listeners, encode(frame(sent))))
    if gone := pusher().post_all(posts):
        forget_gone(gone)


def _refuse(connection_id: str, client_id: str | None, code: str) -> None:
    """Tell a sender that understands it."""
    if _speaks_facts(connection_id):
        pusher().post([connection_id], encode(refused_frame(client_id, code)))


def _speaks_facts(connection_id: str) -> bool:
    return (_senders.protocol(connection_id) or repository.find_protocol(connection_id)) == FACTS


class _Senders:
    """Who is behind a connection and what its client speaks, as far as this process has seen."""

    def __init__(self, most: int) -> None:
        self.known: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self.most = most

    def remember(self, connection_id: str, user_id: str, protocol: int) -> None:
        self.known[connection_id] = user_id, protocol
        if len(self.known) > self.most:
            self.known.popitem(last=False)

    def learn(self, messages: Iterable[Sent]) -> None:
        """Whom other processes let in is known by the first message."""
        for sent in messages:
            if sent.connection_id not in self.known:
                spoken = FACTS if f"{FACTS}{sent.connection_id}" in sent.listeners else LEGACY
                self.remember(sent.connection_id, sent.user_id, spoken)

    def protocol(self, connection_id: str) -> int | None:
        known = self.known.get(connection_id)
        return known and known[1]

    def spend(self, connection_id: str) -> None:
        """Messages are counted by user. Raises Throttled."""
        if known := self.known.get(connection_id):
            spend(MESSAGES, known[0])


_senders = _Senders(10_000)
