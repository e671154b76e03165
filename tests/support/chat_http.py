"""The chat as tests use it over HTTP."""

from typing import Any
from uuid import UUID

from functions.chat.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person

call = LambdaClient(handler)


def post_conversation(person: Person, partner: Person) -> Answer:
    """Ask for the conversation with somebody."""
    body = {"users": [{"id": str(partner.id)}]}
    return call("POST", "/api/chat/conversation/", token=person.access, json_body=body)


def open_conversation(person: Person, partner: Person) -> UUID:
    """The id of the conversation of two people, opened if need be."""
    answer = post_conversation(person, partner)
    assert answer.status in {200, 201}, answer
    return UUID(answer.json["id"])


def list_conversations(person: Person) -> list[dict[str, Any]]:
    answer = call("GET", "/api/chat/conversations/", token=person.access)
    assert answer.status == 200, answer
    return list(answer.json)


def list_messages(person: Person, conversation_id: UUID, query: str = "") -> list[dict[str, Any]]:
    """Messages as `conversation_detail` answers them; it is called as the frontend does, without the slash."""
    path = f"/api/chat/conversation_detail/{conversation_id}"
    answer = call("GET", f"{path}?{query}" if query else path, token=person.access)
    assert answer.status == 200, answer
    return list(answer.json)
