"""Accepting files: a ticket, an upload that bypasses the functions, and a content check before messages name them."""

import json
from typing import NamedTuple
from uuid import UUID

from functions.chat.data import attachments
from functions.chat.data.attachments import CheckedFile
from functions.chat.domain.attachment_contents import inspect
from functions.chat.domain.attachment_errors import (
    AttachmentNotFound,
    AttachmentTooLarge,
    InfectedAttachment,
    UploadMissing,
)
from functions.chat.domain.attachment_keys import new_file_key, thumbnail_key, upload_key
from functions.chat.domain.attachment_names import MAX_SIZE, clean_name, disposition, named_as
from functions.chat.domain.errors import NoConversation, SenderBlocked
from shared.domain.attachments import Attachment
from shared.domain.limits import UPLOADS
from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger
from shared.kit.pictures.decoding import one_at_a_time
from shared.kit.private_storage import private_storage
from shared.kit.security.rate_limits import spend
from shared.kit.security.virus_scanner import find_virus
from shared.kit.upload_forms import UploadForm

# How many seconds an upload ticket is valid.
TICKET_SECONDS = 15 * 60


class UploadTicket(NamedTuple):
    """What a file is uploaded with."""

    attachment_id: UUID
    form: UploadForm


def request_upload(user_id: UUID, conversation_id: UUID, name: str, size: int) -> UploadTicket:
    """Let a member upload a file.

    Raises AttachmentTooLarge, Throttled, Unavailable, NoConversation for users who are not members, or SenderBlocked.
    """
    attachment_id = _add(user_id, conversation_id, name, size)
    form = private_storage().upload_form(upload_key(attachment_id), size, TICKET_SECONDS)
    return UploadTicket(attachment_id, form)


def complete_upload(user_id: UUID, attachment_id: UUID) -> Attachment:
    """Check the uploaded file and keep it; if it was already kept, return the same result again.

    Raises AttachmentNotFound, UploadMissing, Unavailable, and the errors of `_keep`.
    """
    ticket, key = _claim(user_id, attachment_id)
    if ticket.facts is not None:
        return _attachment(ticket.facts)
    content = private_storage().read(upload_key(attachment_id), MAX_SIZE)
    kept = _found(user_id, attachment_id) if content is None else _keep(user_id, ticket, content, key)
    _delete_if_possible(upload_key(attachment_id))
    return kept


def attach(user_id: UUID, conversation_id: UUID, name: str, content: bytes) -> Attachment:
    """Check and keep a file that came with the request, so that a message can name it.

    Raises the errors of `request_upload` and `complete_upload`.
    """
    attachment_id = _add(user_id, conversation_id, name, len(content))
    ticket, key = _claim(user_id, attachment_id)
    return _keep(user_id, ticket, content, key)


def _add(user_id: UUID, conversation_id: UUID, name: str, size: int) -> UUID:
    if not 0 < size <= MAX_SIZE:
        raise AttachmentTooLarge
    spend(UPLOADS, str(user_id))
    added = attachments.add_attachment(conversation_id, user_id, clean_name(name), size)
    if added is None:
        raise NoConversation
    if added.id is None:
        raise SenderBlocked
    return added.id


def _claim(user_id: UUID, attachment_id: UUID) -> tuple[attachments.Ticket, str]:
    """Claim an upload for checking. Raises AttachmentNotFound."""
    key = new_file_key(attachment_id)
    ticket = attachments.claim_upload(attachment_id, user_id, key)
    if ticket is None:
        raise AttachmentNotFound
    return ticket, key


def _found(user_id: UUID, attachment_id: UUID) -> Attachment:
    """The result of a concurrent check of the same upload that finished first.

    Raises AttachmentNotFound or UploadMissing.
    """
    ticket, _key = _claim(user_id, attachment_id)
    if ticket.facts is None:
        raise UploadMissing
    return _attachment(ticket.facts)


def _keep(user_id: UUID, ticket: attachments.Ticket, content: bytes, key: str) -> Attachment:
    """Check a file and store it under its own key, to which no client can upload.

    Raises AttachmentTooLarge, InfectedAttachment, Unavailable, and the errors of `inspect` and `_found`.
    """
    if len(content) > MAX_SIZE:
        raise AttachmentTooLarge
    with one_at_a_time():
        found = inspect(content)
    if virus := find_virus(found.content):
        logger().warning("virus in an upload", extra={"attachment_id": str(ticket.id), "virus": virus})
        raise InfectedAttachment
    name = named_as(ticket.name, found.content_type)
    storage = private_storage()
    storage.put(key, found.content, found.content_type, disposition(name, found.content_type))
    if found.thumbnail:
        storage.put(thumbnail_key(key), found.thumbnail, "image/webp", "inline")
    has_thumbnail = found.thumbnail is not None
    facts = attachments.complete(
        CheckedFile(
            ticket.id, key, name, found.content_type, len(found.content), found.width, found.height, has_thumbnail
        )
    )
    if facts is None:
        _delete_if_possible(key, thumbnail_key(key))
        return _found(user_id, ticket.id)
    return _attachment(facts)


def _attachment(facts: str) -> Attachment:
    return Attachment(*json.loads(facts))


def _delete_if_possible(*names: str) -> None:
    """Delete files if storage is available; otherwise a job or the bucket's lifecycle deletes them later."""
    try:
        private_storage().delete(*names)
    except Unavailable:
        logger().warning("file not deleted", extra={"key": names[0]})
