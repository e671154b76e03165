"""Attachments as clients add them: a ticket, the upload of a form, and the check."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from functions.chat.api.attachment_routes import attachments
from functions.chat.attachments_handler import handler
from local import uploads
from shared.kit.http.app import http_app
from shared.kit.http.middleware import Heads
from shared.kit.settings import settings
from tests.support.asgi_client import AsgiClient
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person

call = LambdaClient(handler)
# The same routes on the local server, which accepts the uploads itself.
server = AsgiClient(Heads(http_app(attachments, others=[uploads.route])))


def request_upload(person: Person, conversation_id: UUID, name: str = "x.txt", size: int = 1000) -> Answer:
    path = f"/api/chat/conversations/{conversation_id}/attachments/"
    return call("POST", path, token=person.access, json_body={"name": name, "size": size})


def send_form(ticket: dict[str, Any], content: bytes, **changed: str) -> tuple[int, str]:
    """Upload a form; returns the response's status and text. `changed` are fields that differ from the ticket."""
    path = urlsplit(ticket["url"]).path
    answer = server.post(path, data={**ticket["fields"], **changed}, files={"file": ("blob", content)})
    return answer.status_code, answer.text


def complete(person: Person, attachment_id: str) -> Answer:
    return call("POST", f"/api/chat/attachments/{attachment_id}/complete/", token=person.access)


def attach(person: Person, conversation_id: UUID, name: str, content: bytes) -> Answer:
    """Do all three steps; returns the response to the last."""
    ticket = request_upload(person, conversation_id, name, len(content))
    assert ticket.status == 201, ticket
    assert send_form(ticket.json, content) == (204, "")
    return complete(person, ticket.json["id"])


def kept_files() -> set[str]:
    """The files in the private folder."""
    folder = Path(settings().media_folder) / "attachments"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
