"""A message in each of its forms: as sent over a socket, as stored and pushed, and as listed in the history."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeGuard
from uuid import UUID

from shared.kit.db.integers import MAX_INT64
from shared.kit.text import is_visible, unstorable_characters

CANONICAL_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MAX_CHARACTERS = 8_000
MAX_BYTES = 32_768
MAX_CLIENT_ID = 100
# The maximum of messages a user may send to a person who has never written in the conversation.
MAX_UNANSWERED = 10
# The maximum of a conversation's messages that are listed and kept in the history window.
WINDOW = 500
# What readers see in place of a deleted message.
DELETED = "Wiadomość usunięta"
# What the legacy client shows for a message of only attachments that were deleted with their author's account.
ATTACHMENTS_GONE = "Załącznik usunięty"
# How long users can edit their own message, and delete it for both.
CHANGEABLE_MINUTES = 15
# Per user and message; enforced by the constraint message_reactions_count_check.
MAX_REACTIONS = 5

# The maximum of files that one message may name.
MAX_ATTACHMENTS = 10

# Versions of the protocol: message objects only; named events around them; or the events of all conversations of a
# user on one socket.
LEGACY, EVENTS, USER = 1, 2, 3
# Prefixes of the ids of listeners whose clients understand events.
LEGACY_DIGIT, EVENT_DIGITS = str(LEGACY), f"{EVENTS}{USER}"


class Message(NamedTuple):
    """A stored message; the author is None once the account is deleted."""

    seq: int
    id: str
    body: str
    created_at: datetime
    created_by: str | None
    # The `seq` of the message that it replies to.
    reply_to: int | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    # The number, within the conversation, of the message's last change.
    change_seq: int | None = None
    # JSON as shared.data.attachments.OF_MESSAGE has it.
    attachments: str | None = None


class MessagePlace(NamedTuple):
    """Which message is meant."""

    conversation_id: UUID
    seq: int


class NewMessage(NamedTuple):
    """A message as it came from a socket.

    `client_id` is the client's own id of it, `reply_to` the `seq` of the message it replies to, `conversation_id` the
    conversation that the client names (used on user sockets only), `attachments` the ids of checked files.
    """

    connection_id: str
    body: str
    client_id: str | None
    reply_to: int | None = None
    conversation_id: str | None = None
    attachments: Sequence[str] | None = None


class RefusedMessage(NamedTuple):
    """A message that may not be sent; `code` says why."""

    message: NewMessage
    code: str
    # The message's position in its batch, from 1.
    place: int


class StoredMessage(NamedTuple):
    """A message just stored, with the socket it came from and what its readers are shown of the author."""

    connection_id: str
    body: str
    client_id: str | None
    conversation_id: str
    seq: int
    id: str
    created_at: datetime
    user_id: str
    first_name: str
    last_name: str
    picture: str | None
    reply_to: int | None
    # JSON as shared.data.attachments.OF_MESSAGE has it.
    attachments: str | None
    # The number of the conversation's last change.
    change_seq: int
    # The message's position in its batch, from 1.
    place: int
    # Ids of open sockets, each after one digit: the protocol version of its client.
    listeners: list[str]


def event_sockets(listeners: Iterable[str]) -> list[str]:
    """The ids, without the protocol digit, of listeners whose clients understand events."""
    return [each[1:] for each in listeners if each[0] in EVENT_DIGITS]


def is_seq(value: object) -> TypeGuard[int]:
    """Whether it is valid as a message's `seq`."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_INT64


def is_body(value: object, *, may_be_empty: bool = False) -> TypeGuard[str]:
    """Whether it is valid as a message's text, which may be empty if there are attachments."""
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS or unstorable_characters(value):
        return False
    return (may_be_empty or is_visible(value)) and len(value.encode()) <= MAX_BYTES


def is_client_id(value: object) -> TypeGuard[str]:
    """Whether it is valid as a client's own id for a message."""
    return isinstance(value, str) and 0 < len(value) <= MAX_CLIENT_ID and not unstorable_characters(value)


def are_attachments(value: object) -> TypeGuard[list[str]]:
    """Whether it is valid as a message's attachments: the ids of some files, each once."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ATTACHMENTS:
        return False
    return all(canonical_uuid(each) for each in value) and len(set(value)) == len(value)


def canonical_uuid(value: object) -> str | None:
    """A UUID in canonical form, which clients must use; None for anything else."""
    return value if isinstance(value, str) and CANONICAL_UUID.fullmatch(value) else None
