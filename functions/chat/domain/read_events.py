"""What servers tell clients of protocols 2 and 3 about reading and conversations: the data of each event.

Identifiers are texts, times ISO 8601 with an offset.
"""

from typing_extensions import TypedDict


class ReadUpToEvent(TypedDict):
    """Somebody has read a conversation up to a message; you hear it of yourself, too, on your other devices."""

    conversation: str
    """The conversation's id."""
    user: str
    """Who has read."""
    seq: int
    """The last message that counts as read."""


class UnreadChangedEvent(TypedDict):
    """You have other numbers of unread messages."""

    conversation: str
    """The conversation's id."""
    read_seq: int
    """The last message there that counts as read by you."""
    unread: int
    """How many messages of the other person are unread there; 1,000 stands for any more."""
    total: int
    """How many are unread in all your conversations."""


class KnownPlace(TypedDict):
    """What you know of a conversation."""

    seq: int
    """Its last message that you have."""
    change_seq: int | None
    """Its last change that you know of."""


class SyncedEvent(TypedDict):
    """The answer to `sync`, after the events that you missed."""

    id: str | None
    """The id of your frame."""
    cursor: str
    """What to send the next time, once you have asked for all that is left."""
    more: dict[str, KnownPlace]
    """Conversations of which there is more, in the form of `after`: send it."""
