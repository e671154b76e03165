"""HTTP routes of attachments."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from functions.chat.actions.attachments import TICKET_SECONDS, complete_upload, request_upload
from functions.chat.actions.fetch_attachment import fetch_attachment
from functions.chat.api.responses import Attachment
from functions.chat.domain.attachment_commands import NewUpload
from functions.chat.domain.attachment_errors import (
    AttachmentHasMacros,
    AttachmentNotFound,
    AttachmentTooLarge,
    BrokenAttachment,
    InfectedAttachment,
    UnsupportedAttachment,
    UploadMissing,
)
from functions.chat.domain.errors import NoConversation, SenderBlocked
from shared.domain.attachments import attachment_item
from shared.domain.auth import User
from shared.domain.platform_settings import platform_settings
from shared.domain.timestamps import format_time
from shared.kit.errors import Throttled, Unavailable
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.openapi import FILE, error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import origin

attachments = router("chat")
# A file that imitates one of our pages must not run scripts, and the redirect works only briefly.
FILE_HEADERS = {"content-security-policy": "default-src 'none'; sandbox", "referrer-policy": "no-referrer"}
REDIRECT_HEADERS = {"cache-control": "private, max-age=60", **FILE_HEADERS}
KEPT_HEADERS = {"cache-control": "private, max-age=86400", **FILE_HEADERS}


class UploadTicket(BaseModel):
    """How to upload a file: post `fields`, then the file as `file`, to `url` as multipart/form-data."""

    id: Annotated[UUID, Field(description="The attachment's id, needed to complete the upload.")]
    url: Annotated[str, Field(description="Where to post the form; S3 on AWS.")]
    fields: Annotated[dict[str, str], Field(description="Fields of the form, before the file.")]
    expires_at: Annotated[datetime, Field(description="The deadline to post the form.")]


@attachments.post(
    "/api/chat/conversations/{conversation_id:lower_uuid}/attachments/",
    status_code=201,
    response_model=UploadTicket,
    responses=error_responses(NoConversation, SenderBlocked, AttachmentTooLarge, Throttled, Unavailable),
)
def request_attachment_upload(caller: User, request: Request, conversation_id: UUID, new: NewUpload) -> Response:
    """Request the upload of a file for a message in one of your conversations.

    Upload the file with the form in the answer, then complete the upload. A message must name it within a day.
    """
    ticket = request_upload(caller.id, conversation_id, new.name, new.size)
    url = ticket.form.url
    if url.startswith("/"):
        url = f"{platform_settings().public_url or origin(request)}{url}"
    expires_at = datetime.now(UTC) + timedelta(seconds=TICKET_SECONDS)
    body = {"id": str(ticket.attachment_id), "url": url, "fields": ticket.form.fields}
    return json_response({**body, "expires_at": format_time(expires_at)}, 201)


@attachments.post(
    "/api/chat/attachments/{attachment_id:lower_uuid}/complete/",
    response_model=Attachment,
    responses=error_responses(
        AttachmentNotFound,
        UploadMissing,
        UnsupportedAttachment,
        BrokenAttachment,
        AttachmentHasMacros,
        InfectedAttachment,
        AttachmentTooLarge,
        Unavailable,
    ),
)
def complete_attachment_upload(caller: User, attachment_id: UUID) -> Response:
    """Complete an upload: its content is checked, after which a message may name it.

    Allowed are pictures, PDF, docx, xlsx, pptx, odt, ods and odp without macros, and text files. If the name's
    extension does not match the content, the right one is appended. After a refusal you may upload another file with
    the same ticket.
    """
    return json_response(attachment_item(complete_upload(caller.id, attachment_id), caller.id))


@attachments.get(
    "/media/chat/{signed}/{name}",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"application/octet-stream": {"schema": FILE}}},
        302: {"description": "The file's address, valid for five minutes"},
        **error_responses(AttachmentNotFound),
    },
)
def fetch_attachment_file(request: Request, signed: str, name: str) -> Response:
    """Fetch an attachment by the address in a message, which works for at least a day and for its reader only."""
    del name  # for humans who read the URL
    found = fetch_attachment(signed, bodiless=request.scope.get("bodiless", False))
    if isinstance(found.place, Path):
        headers = {"content-disposition": found.disposition, **KEPT_HEADERS}
        return FileResponse(found.place, headers=headers, media_type=found.content_type)
    return RedirectResponse(found.place, 302, REDIRECT_HEADERS)
