"""Changing messages over HTTP."""

from typing import Any
from uuid import UUID

from tests.support.chat_http import call
from tests.support.lambda_client import Answer
from tests.support.people import Person


def message_path(conversation_id: UUID, seq: int, rest: str = "") -> str:
    return f"/api/chat/conversations/{conversation_id}/messages/{seq}/{rest}"


def change(  # noqa: PLR0917 - reads like a request: method, who, where, what
    method: str, person: Person, conversation_id: UUID, seq: int, body: dict[str, Any] | None = None, rest: str = ""
) -> Answer:
    """Request a change of a message; returns the response as it is."""
    options: dict[str, Any] = {} if body is None else {"json_body": body}
    return call(method, message_path(conversation_id, seq, rest), token=person.access, **options)
