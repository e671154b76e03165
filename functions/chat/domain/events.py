"""The data of events that servers send to clients of protocol 2 and of the user socket.

The description for clients (AsyncAPI) is made from these types. Identifiers are texts, times ISO 8601 with an offset.
"""

from typing import Literal

from typing_extensions import TypedDict


class MessageEditedEvent(TypedDict):
    """A message was edited."""

    conversation: str
    """The conversation's id."""
    seq: int
    """The message's number in its conversation."""
    id: str
    """The message's id."""
    change_seq: int
    """The number of this change in the conversation; of two changes of a message, the higher number wins."""
    body: str
    """The new text."""
    edited_at: str
    """When it was edited."""


class MessageDeletedEvent(TypedDict):
    """A message was deleted, for both people or by you for yourself."""

    conversation: str
    """The conversation's id."""
    seq: int
    """The message's number in its conversation; no other message takes it."""
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
    """The ids of the people who added it."""


class ReactionChangedEvent(TypedDict):
    """The reactions to a message changed."""

    conversation: str
    """The conversation's id."""
    seq: int
    """The message's number in its conversation."""
    id: str
    """The message's id."""
    change_seq: int
    """The number of the message's last change; of two events, the higher number wins."""
    reactions: list[ReactionData]
    """All current reactions."""


ClosingReason = Literal["restart", "limit"]


class ClosingEvent(TypedDict):
    """The socket will be closed soon, for no fault of yours: open another one and fetch what you missed."""

    reason: ClosingReason
    """`restart`: the server is being replaced. `limit`: on AWS a socket lives at most two hours."""
    closes_at: str
    """When it will be closed."""


class TypingEvent(TypedDict):
    """The other person is typing: show it for six seconds or until their message arrives."""

    conversation: str
    """The conversation's id."""
    user: str
    """The id of the person who is typing."""


class PresenceChangedEvent(TypedDict):
    """Somebody you talk with went online or offline, unless they hide it."""

    user: str
    """Their id."""
    online: bool
    """Whether they have an open socket. Moving between pages closes and reopens it, so wait a few seconds."""
    last_seen_at: str | None
    """When they were last online; null while they are online and if unknown."""
