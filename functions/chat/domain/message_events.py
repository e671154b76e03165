"""What servers tell clients of protocols 2 and 3 about messages being sent: the data of each event."""

from typing import NotRequired

from typing_extensions import TypedDict

from functions.chat.domain.events import ReactionData


class AuthorData(TypedDict):
    """Who wrote a message."""

    id: str
    """Their id."""
    first_name: str
    """Their first name."""
    last_name: str
    """Their last name."""
    profile_image: str
    """A path on this host."""


class AttachmentData(TypedDict):
    """A file of a message."""

    id: str
    """Its id."""
    name: str
    """What to save it as."""
    content_type: str
    """Its media type, found in its content."""
    size: int
    """Bytes."""
    width: int | None
    """Pixels; null of what is no picture."""
    height: int | None
    """Pixels; null of what is no picture."""
    url: str
    """Where you fetch it; for you only, and the same for a day."""
    thumbnail: str | None
    """The same of a WebP of at most 512 pixels; null of what is no picture."""


class MessageStoredEvent(TypedDict):
    """A message was stored: yours is acknowledged by it, others' arrive by it."""

    id: str
    """The message's id."""
    conversation: str
    """The conversation's id."""
    body: str
    """What it says; it may be empty if it has attachments."""
    created_at: str
    """When it was stored."""
    created_by: AuthorData | None
    """Who sent it; null once the account is deleted."""
    seq: int
    """Its place in the conversation: 1, 2, 3 and so on, without gaps."""
    client_id: NotRequired[str | None]
    """The `id` that its sender gave it; missing in what `sync` brings."""
    reply_to: NotRequired[int]
    """The `seq` of the message that it answers, if it answers one."""
    attachments: NotRequired[list[AttachmentData]]
    """Its files, if it has any."""
    edited_at: NotRequired[str]
    """When its author edited it, if that was before `sync` brought it; so is all that follows."""
    deleted_at: NotRequired[str]
    """When its author deleted it."""
    hidden: NotRequired[bool]
    """Whether you have deleted it for yourself."""
    reactions: NotRequired[list[ReactionData]]
    """The emojis on it."""
    change_seq: NotRequired[int]
    """The number of its last change in the conversation."""


class MessageRefusedEvent(TypedDict):
    """A message was not stored, or a frame was of no use."""

    client_id: str | None
    """The `id` that you gave it, if it had one."""
    code: str
    """Why, for programs: docs/chat.md lists the codes."""


class ActionRefusedEvent(TypedDict):
    """What another event asked for was not done."""

    id: str | None
    """The `id` of your frame's data, if it had one."""
    code: str
    """Why, for programs: a code of the HTTP API, or `bad_data`."""
