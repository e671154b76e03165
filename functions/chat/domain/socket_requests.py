"""What clients of protocols 2 and 3 ask for over a socket: the data of each event.

The handlers read the same fields by hand, for they must start fast; tests hold the two together.
"""

from typing import NotRequired

from typing_extensions import TypedDict


class ChatMessageData(TypedDict):
    """Send a message. Sent again with the same `id` it is the same message."""

    conversation: NotRequired[str]
    """The conversation's id; needed on your own socket, on a conversation's socket it is that one."""
    body: NotRequired[str]
    """What it says; needed unless there are attachments."""
    id: NotRequired[str]
    """An id of your own, which comes back as `client_id`."""
    reply_to: NotRequired[int]
    """The `seq` of the message that it answers."""
    attachments: NotRequired[list[str]]
    """The ids of files that were uploaded for it."""


class MarkReadData(TypedDict):
    """Say up to which message you have read."""

    conversation: NotRequired[str]
    """The conversation's id; needed on your own socket."""
    seq: int
    """The last message that you have read; a larger number stands for the last of all."""
    id: NotRequired[str]
    """An id of your own, which comes back if this is refused."""


class KnownPlace(TypedDict):
    """What you know of a conversation."""

    seq: int
    """Its last message up to which you have all; 0 if you have none."""
    change_seq: NotRequired[int | None]
    """The highest `change_seq` that you know."""


class SyncData(TypedDict):
    """Ask for what you missed: its events come, and `synced` after them."""

    after: NotRequired[dict[str, KnownPlace]]
    """What you know of each conversation, by its id."""
    cursor: NotRequired[str | None]
    """Instead of `after`: that of the last `synced`; null for a first one without events."""
    id: NotRequired[str]
    """An id of your own, which comes back in the answer."""


class TypingData(TypedDict):
    """Say that you are typing: once in three seconds is enough."""

    conversation: NotRequired[str]
    """The conversation's id; needed on your own socket."""
    id: NotRequired[str]
    """An id of your own, which comes back if this is refused."""


class EditMessageData(TypedDict):
    """Give your message another text, up to 15 minutes after you sent it."""

    conversation: NotRequired[str]
    """The conversation's id; needed on your own socket."""
    seq: int
    """Which message."""
    body: str
    """What it says from now on."""
    id: NotRequired[str]
    """An id of your own, which comes back if this is refused."""


class DeleteMessageData(TypedDict):
    """Delete your message for both, up to 15 minutes after you sent it; any other is hidden from you alone."""

    conversation: NotRequired[str]
    """The conversation's id; needed on your own socket."""
    seq: int
    """Which message."""
    only_for_me: NotRequired[bool]
    """Leave it to the other person, in any case."""
    id: NotRequired[str]
    """An id of your own, which comes back if this is refused."""


class ReactData(TypedDict):
    """Put an emoji on a message or take yours off it; you have up to five on a message."""

    conversation: NotRequired[str]
    """The conversation's id; needed on your own socket."""
    seq: int
    """Which message."""
    emoji: str
    """One emoji."""
    on: NotRequired[bool]
    """Whether to put it there; `false` takes it off."""
    id: NotRequired[str]
    """An id of your own, which comes back if this is refused."""
