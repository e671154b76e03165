"""What servers tell clients of the second protocol and of the user's socket: the data of each event.

The description for clients (AsyncAPI) is made from these types. Identifiers are texts, times ISO 8601 with an offset.
"""

from typing import Literal

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


ClosingReason = Literal["restart", "limit"]


class ClosingEvent(TypedDict):
    """The socket is closed soon, and not for anything you did: open another one and fetch what came meanwhile."""

    reason: ClosingReason
    """`restart`: the server ends, another takes its place. `limit`: on AWS no socket lives longer than two hours."""
    closes_at: str
    """When it is closed."""


class TypingEvent(TypedDict):
    """The other person is typing: show it for six seconds, or until their message comes."""

    conversation: str
    """The conversation's id."""
    user: str
    """The id of who is typing."""


class PresenceChangedEvent(TypedDict):
    """Somebody you talk with has come or gone, as far as they show it."""

    user: str
    """Their id."""
    online: bool
    """Whether a socket of theirs is open. Somebody who moves from page to page goes and comes: wait a few seconds."""
    last_seen_at: str | None
    """When they were last online; null while they are, and where that is not known."""
