"""The data of events about reading and conversations that servers send to clients of protocols 2 and 3.

Identifiers are texts, times ISO 8601 with an offset.
"""

from typing_extensions import TypedDict


class ReadUpToEvent(TypedDict):
    """Somebody has read a conversation up to a message. Your other devices hear it of you, too."""

    conversation: str
    """The conversation's id."""
    user: str
    """The id of the person who has read."""
    seq: int
    """The `seq` up to which they have read."""


class UnreadChangedEvent(TypedDict):
    """Your numbers of unread messages changed."""

    conversation: str
    """The conversation's id."""
    read_seq: int
    """The `seq` up to which you have read it."""
    unread: int
    """The number of unread messages from the other person, up to 1,000."""
    total: int
    """The number of unread messages in all your conversations."""


class KnownPlace(TypedDict):
    """What you have of a conversation."""

    seq: int
    """Its last message that you have."""
    change_seq: int | None
    """Its last change that you know of."""


class SyncedEvent(TypedDict):
    """The answer to `sync`, after the events that you missed."""

    id: str | None
    """The id of your frame."""
    cursor: str
    """The cursor for your next `sync`, once you have requested everything in `more`."""
    more: dict[str, KnownPlace]
    """Conversations with more events, in the form of `after`: send it in another `sync`."""
