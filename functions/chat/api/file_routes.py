"""Sending a file in one request, for clients that do not upload attachments."""

from typing import Annotated, NamedTuple
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from functions.chat.actions.attachments import attach
from functions.chat.actions.post_message import post_message
from functions.chat.api.message_responses import PostedMessageItem
from functions.chat.domain.attachment_errors import (
    AttachmentHasMacros,
    AttachmentTooLarge,
    BrokenAttachment,
    InfectedAttachment,
    UnsupportedAttachment,
)
from functions.chat.domain.errors import NoConversation, SenderBlocked, TooManyUnanswered
from functions.chat.domain.message_frames import stored_item
from functions.chat.domain.messages import NewMessage
from shared.domain.auth import User
from shared.domain.limits import MESSAGES
from shared.kit.errors import REQUIRED, FieldErrors, NotFound, Throttled, Unavailable, UnsupportedMediaType
from shared.kit.http import fields
from shared.kit.http.fastapi import Depends
from shared.kit.http.openapi import FILE, error_responses
from shared.kit.http.request_body import BodyRequest, media_type
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router
from shared.kit.security.rate_limits import spend

# The route parses its form itself, with other fields in it; docs/contract-newer.md records it.
chat_files = router("chat").recorded
FORM = "multipart/form-data"
EMPTY = "Przesłany plik jest pusty."
UPLOAD = {
    "requestBody": {
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"conversation": {"type": "string", "format": "uuid"}, "file": FILE},
                    "required": ["conversation", "file"],
                }
            }
        }
    }
}


class SentFile(NamedTuple):
    """A file and where it goes."""

    conversation_id: UUID
    name: str
    content: bytes


async def sent_file(request: Request) -> SentFile:
    """Read the form's two fields. Raises FieldErrors, UnsupportedMediaType or PayloadTooLarge."""
    sent = BodyRequest(request.scope, request.receive)
    if await sent.read() and media_type(sent) != FORM:
        raise UnsupportedMediaType(media_type(sent))
    errors: dict[str, list[str]] = {}
    async with sent.multipart() as form:
        named, file = form.get("conversation"), form.get("file")
        conversation_id = fields.uuid_or_none(named)
        if conversation_id is None:
            errors["conversation"] = [fields.NOT_UUID if named else REQUIRED]
        content = await file.read() if isinstance(file, UploadFile) else b""
        if not content:
            errors["file"] = [EMPTY if isinstance(file, UploadFile) else REQUIRED]
        if errors or conversation_id is None or not isinstance(file, UploadFile):
            raise FieldErrors(errors)
        return SentFile(conversation_id, file.filename or "", content)


@chat_files.post(
    "/api/chat/files/",
    status_code=201,
    response_model=PostedMessageItem,
    responses=error_responses(
        NotFound,
        NoConversation,
        SenderBlocked,
        TooManyUnanswered,
        AttachmentTooLarge,
        UnsupportedAttachment,
        BrokenAttachment,
        AttachmentHasMacros,
        InfectedAttachment,
        FieldErrors,
        UnsupportedMediaType,
        Throttled,
        Unavailable,
    ),
    openapi_extra=UPLOAD,
)
def send_file(caller: User, sent: Annotated[SentFile, Depends(sent_file)]) -> Response:
    """Send a file of at most 4.5 MB to one of your conversations, as a message without text.

    Upload larger files as attachments and name them in a message.
    """
    spend(MESSAGES, str(caller.id))
    attachment = attach(caller.id, sent.conversation_id, sent.name, sent.content)
    message = NewMessage("", "", None, conversation_id=str(sent.conversation_id), attachments=[attachment.id])
    stored, _ = post_message(caller.id, message)
    return json_response(stored_item(stored, str(caller.id)), 201)
