"""Sockets as the gateway reports them to the function: events in, posts to the management API out."""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from functions.chat.actions.senders import senders
from functions.chat.api.socket_routes import ROUTES
from functions.chat.sockets import handle_messages, handler
from tests.events.recorded import recorded
from tests.support.chat_http import create_ticket
from tests.support.people import Person
from tests.support.socket_schemas import complaints
from tools.cloud.management_api import ManagementApi

numbers = count(1)
# Run before a frame arrives, so that it reaches another process than its sender's handshake, or the same one.
PROCESSES = [
    pytest.param(senders.known.clear, id="another process"),
    pytest.param(dict, id="same process", marks=pytest.mark.proof),
]


@dataclass(frozen=True)
class Client:
    """An open socket of a person."""

    id: str
    api: ManagementApi

    def send(self, frame: Any) -> dict[str, Any]:
        """Send a frame as JSON; returns the function's answer."""
        return self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> dict[str, Any]:
        return handler(self.event(text), None)

    def event(self, text: str) -> dict[str, Any]:
        """The event of a frame."""
        event = recorded("socket_chat_message", connection_id=self.id, user_id="")
        event["body"], event["requestContext"]["routeKey"] = text, route_key(text)
        return event

    def send_message(self, body: Any, **more: Any) -> dict[str, Any]:
        """Send a message as the frontend does."""
        return self.send_text(message(body, **more))

    def disconnect(self) -> dict[str, Any]:
        return handler(recorded("socket_disconnect", connection_id=self.id), None)

    @property
    def frames(self) -> list[Any]:
        """The frames posted to the socket; asserts that every event matches its schema."""
        frames = [json.loads(frame) for frame in self.api.posted(self.id)]
        for frame in frames:
            if "event" in frame:
                assert complaints("hear", frame) == []
        return frames

    @property
    def bodies(self) -> list[str]:
        """The bodies of the messages posted to the socket, in either protocol."""
        return [frame.get("data", frame)["body"] for frame in self.frames]


def message(body: Any, **more: Any) -> str:
    """The frame of a message as the frontend sends it."""
    return json.dumps({"event": "chat_message", "data": {"body": body, **more}})


def send_together(*messages: tuple[Client, Any, str | None]) -> dict[str, Any]:
    """Handle messages in one batch, given as socket, body and client id; returns the function's answer."""
    return handle_messages([client.event(message(body, id=client_id)) for client, body, client_id in messages])


def route_key(text: str) -> str:
    """The route the gateway chooses by $request.body.event."""
    try:
        key = json.loads(text)["event"]
    except (ValueError, LookupError, TypeError, RecursionError):
        key = None
    return key if isinstance(key, str) and key in ROUTES and not key.startswith("$") else "$default"


@dataclass(frozen=True)
class Chat:
    """A conversation of a student and a tutor, each with an open socket."""

    id: UUID
    student: Person
    tutor: Person
    student_client: Client
    tutor_client: Client


class Clients:
    """Opens sockets."""

    def __init__(self, api: ManagementApi) -> None:
        self.api = api

    def open(self, person: Person, conversation: UUID, protocol: str = "") -> Client:
        """Connect a member's socket."""
        client = Client(f"c{next(numbers)}=", self.api)
        answer = self.connect(client.id, token=person.access, conversation=str(conversation), protocol=protocol)
        assert answer == {"statusCode": 200}
        return client

    def open_user_socket(self, person: Person) -> Client:
        """Connect a user's own socket, which receives the events of all their conversations."""
        client = Client(f"c{next(numbers)}=", self.api)
        assert self.connect(client.id, user="1", ticket=create_ticket(person)) == {"statusCode": 200}
        return client

    def connect(self, connection_id: str = "", **query: str) -> dict[str, Any]:
        """Request a handshake with these query parameters; returns the function's answer."""
        connection_id = connection_id or f"c{next(numbers)}="
        event = recorded("socket_connect", connection_id=connection_id, conversation_id="", access="")
        sent = {name: value for name, value in query.items() if value}
        event["queryStringParameters"] = sent or None
        event["multiValueQueryStringParameters"] = {name: [value] for name, value in sent.items()} or None
        return handler(event, None)
