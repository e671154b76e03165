"""The data of events about sent messages that servers send to clients of protocols 2 and 3."""

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
    """The name to save it under."""
    content_type: str
    """Its media type, found in its content."""
    size: int
    """Bytes."""
    width: int | None
    """In pixels; null unless it is a picture."""
    height: int | None
    """In pixels; null unless it is a picture."""
    url: str
    """The address to fetch it from; for you only, and the same for a day."""
    thumbnail: str | None
    """The same, for a WebP thumbnail of at most 512 pixels; null unless it is a picture."""


class MessageStoredEvent(TypedDict):
    """A message was stored: this acknowledges your message and delivers those of others."""

    id: str
    """The message's id."""
    conversation: str
    """The conversation's id."""
    body: str
    """The text; may be empty if there are attachments."""
    created_at: str
    """When it was stored."""
    created_by: AuthorData | None
    """Who sent it; null once the account is deleted."""
    seq: int
    """Its number in the conversation: 1, 2, 3 and so on, without gaps."""
    client_id: NotRequired[str | None]
    """The `id` that the sender chose; missing in messages that `sync` brings."""
    reply_to: NotRequired[int]
    """The `seq` of the message that it answers, if it answers one."""
    attachments: NotRequired[list[AttachmentData]]
    """Its files, if any."""
    edited_at: NotRequired[str]
    """When its author edited it; this and the following fields only come with `sync`, if they apply."""
    deleted_at: NotRequired[str]
    """When its author deleted it."""
    hidden: NotRequired[bool]
    """Whether you deleted it for yourself."""
    reactions: NotRequired[list[ReactionData]]
    """Its reactions."""
    change_seq: NotRequired[int]
    """The number of its last change in the conversation."""


class MessageRefusedEvent(TypedDict):
    """A message was not stored, or a frame was invalid."""

    client_id: str | None
    """The `id` that you chose, if any."""
    code: str
    """The reason, for programs: docs/chat.md lists the codes."""


class ActionRefusedEvent(TypedDict):
    """Another event's request was refused."""

    id: str | None
    """The `id` in your frame's data, if any."""
    code: str
    """The reason, for programs: a code of the HTTP API, or `bad_data`."""
