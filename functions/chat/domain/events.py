"""What servers tell clients of the second protocol and of the user's socket: the data of each event.

The description for clients (AsyncAPI) is made from these types. Identifiers are texts, times ISO 8601 with an offset.
"""

from typing_extensions import TypedDict


class MessageEditedEvent(TypedDict):
    """A message has another text."""

    conversation: str
    """The conversation's id."""
    seq: int
    """The message's place in its conversation."""
    id: str
    """The message's id."""
    change_seq: int
    """The number of this change in the conversation; of two changes of a message the higher one is true."""
    body: str
    """What the message says now."""
    edited_at: str
    """When it was edited."""


class MessageDeletedEvent(TypedDict):
    """A message was deleted for both, or by you for yourself."""

    conversation: str
    """The conversation's id."""
    seq: int
    """The message's place in its conversation; no other message takes it."""
    id: str
    """The message's id."""
    change_seq: int
    """The number of this change in the conversation."""
    only_for_you: bool
    """Whether the other person still sees the message."""


class ReactionData(TypedDict):
    """An emoji on a message."""

    emoji: str
    """The emoji, fully qualified."""
    users: list[str]
    """The ids of those who put it there."""


class ReactionChangedEvent(TypedDict):
    """The reactions to a message are others."""

    conversation: str
    """The conversation's id."""
    seq: int
    """The message's place in its conversation."""
    id: str
    """The message's id."""
    change_seq: int
    """The number of the message's last change; of two events the higher one is true."""
    reactions: list[ReactionData]
    """All that there are now."""
