"""The chat over HTTP, for tests."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from functions.chat.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person
from tests.support.people import query as run

call = LambdaClient(handler)


def post_conversation(person: Person, partner: Person) -> Answer:
    """Request the conversation with another user; returns the response as it is."""
    body = {"users": [{"id": str(partner.id)}]}
    return call("POST", "/api/chat/conversation/", token=person.access, json_body=body)


def open_conversation(person: Person, partner: Person) -> UUID:
    """The id of the conversation of two people, opened if necessary."""
    answer = post_conversation(person, partner)
    assert answer.status in {200, 201}, answer
    return UUID(answer.json["id"])


def create_ticket(person: Person) -> str:
    """A ticket for the person's own socket."""
    answer = call("POST", "/api/chat/ticket/", token=person.access)
    assert answer.status == 201, answer
    return str(answer.json["ticket"])


def list_conversations(person: Person) -> list[dict[str, Any]]:
    answer = call("GET", "/api/chat/conversations/", token=person.access)
    assert answer.status == 200, answer
    return list(answer.json)


def list_messages(person: Person, conversation_id: UUID, query: str = "") -> list[dict[str, Any]]:
    """Messages as returned by `conversation_detail`, called without the trailing slash, like the frontend."""
    path = f"/api/chat/conversation_detail/{conversation_id}"
    answer = call("GET", f"{path}?{query}" if query else path, token=person.access)
    assert answer.status == 200, answer
    return list(answer.json)


@dataclass(frozen=True)
class Conversation:
    """A conversation of a student and a tutor."""

    id: UUID
    student: Person
    tutor: Person

    @property
    def key(self) -> str:
        """The key of its window in Redis."""
        return f"chat:{self.id}"

    def bodies(self, query: str = "") -> list[str]:
        """The bodies of the messages that the student gets."""
        return [message["body"] for message in list_messages(self.student, self.id, query)]

    def stored(self) -> list[str]:
        """The bodies of the messages in PostgreSQL."""
        rows = run("SELECT body FROM messages WHERE conversation_id = %s ORDER BY seq", self.id)
        return [row[0] for row in rows]


def open_between(student: Person, tutor: Person) -> Conversation:
    return Conversation(open_conversation(student, tutor), student, tutor)


def numbered(first: int, last: int) -> list[str]:
    """The bodies of a number of messages."""
    return [str(number) for number in range(first, last + 1)]
