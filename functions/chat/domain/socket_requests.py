"""The data of events that clients of protocols 2 and 3 send over a socket.

The handlers read the same fields by hand because they must start fast; tests keep the two consistent.
"""

from typing import NotRequired

from typing_extensions import TypedDict


class ChatMessageData(TypedDict):
    """Send a message. Retries with the same `id` store it only once."""

    conversation: NotRequired[str]
    """The conversation's id; required on your own socket, implied on a conversation's socket."""
    body: NotRequired[str]
    """The text; required unless there are attachments."""
    id: NotRequired[str]
    """An id you choose, which comes back as `client_id`."""
    reply_to: NotRequired[int]
    """The `seq` of the message that it answers."""
    attachments: NotRequired[list[str]]
    """The ids of its uploaded attachments."""


class MarkReadData(TypedDict):
    """Mark a conversation as read up to a message."""

    conversation: NotRequired[str]
    """The conversation's id; required on your own socket."""
    seq: int
    """The last message you have read; a number past the end means the last one."""
    id: NotRequired[str]
    """An id you choose, which comes back if this is refused."""


class KnownPlace(TypedDict):
    """What you have of a conversation."""

    seq: int
    """The last message up to which you have all; 0 if you have none."""
    change_seq: NotRequired[int | None]
    """The highest `change_seq` you have."""


class SyncData(TypedDict):
    """Request the events you missed: they come, followed by `synced`."""

    after: NotRequired[dict[str, KnownPlace]]
    """What you have of each conversation, by its id."""
    cursor: NotRequired[str | None]
    """Instead of `after`: the cursor of the last `synced`; null to get a first one, without events."""
    id: NotRequired[str]
    """An id you choose, which comes back in the answer."""


class TypingData(TypedDict):
    """Tell the other person that you are typing: once every three seconds is enough."""

    conversation: NotRequired[str]
    """The conversation's id; required on your own socket."""
    id: NotRequired[str]
    """An id you choose, which comes back if this is refused."""


class EditMessageData(TypedDict):
    """Edit your message, up to 15 minutes after you sent it."""

    conversation: NotRequired[str]
    """The conversation's id; required on your own socket."""
    seq: int
    """Which message."""
    body: str
    """The new text."""
    id: NotRequired[str]
    """An id you choose, which comes back if this is refused."""


class DeleteMessageData(TypedDict):
    """Delete your message for both people, up to 15 minutes after you sent it; any other is hidden from you alone."""

    conversation: NotRequired[str]
    """The conversation's id; required on your own socket."""
    seq: int
    """Which message."""
    only_for_me: NotRequired[bool]
    """Always keep it for the other person."""
    id: NotRequired[str]
    """An id you choose, which comes back if this is refused."""


class ReactData(TypedDict):
    """Add an emoji to a message or remove yours; you can have up to five on a message."""

    conversation: NotRequired[str]
    """The conversation's id; required on your own socket."""
    seq: int
    """Which message."""
    emoji: str
    """One emoji."""
    on: NotRequired[bool]
    """Whether to add it; `false` removes it."""
    id: NotRequired[str]
    """An id you choose, which comes back if this is refused."""
