"""The function accepts what the AsyncAPI description of the sockets allows, and refuses what it does not."""

import json
from typing import Any

import pytest

from local.asyncapi import description
from local.socket_events import CONVERSATION, REQUESTS, Event
from tests.support.chat_clients import Chat, Clients
from tests.support.socket_schemas import complaints

REFUSALS = {"bad_data", "bad_message", "unknown_event", "bad_frame"}


@pytest.mark.parametrize("event", REQUESTS, ids=lambda event: event.name)
def test_the_function_accepts_the_examples_of_the_description(clients: Clients, chat: Chat, event: Event) -> None:
    for _number in range(7):
        chat.student_client.send_message("x")
    client = clients.open_user_socket(chat.student)
    data = json.loads(json.dumps(event.example).replace(CONVERSATION, str(chat.id)))
    client.send({"event": event.name, "data": data})
    assert [frame for frame in client.frames if frame["event"].endswith("_refused")] == []


def broken(schema: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return pairs of a field and a value that the schema does not allow for it."""
    found: list[tuple[str, Any]] = []
    for name, field in schema["properties"].items():
        found += [(name, "x" * (field["maxLength"] + 1))] if "maxLength" in field else []
        found += [(name, field["minimum"] - 1), (name, field["maximum"] + 1)] if "minimum" in field else []
        found += [(name, "no uuid")] if field.get("format") == "uuid" else []
        found += [(name, None if name in schema.get("required", ()) else [])] if name != "id" else []
    return found


@pytest.mark.parametrize("event", REQUESTS, ids=lambda event: event.name)
def test_the_function_refuses_what_the_description_forbids(clients: Clients, chat: Chat, event: Event) -> None:
    chat.student_client.send_message("x")
    client = clients.open_user_socket(chat.student)
    messages = description()["components"]["messages"]
    schema = messages[f"send_{event.name}"]["payload"]["properties"]["data"]
    data = json.loads(json.dumps(event.example).replace(CONVERSATION, str(chat.id)))
    for name, value in broken(schema):
        if name == "id":
            continue
        frame = {"event": event.name, "data": {**data, name: value}}
        assert complaints("send", frame) != [], (name, value)
        before = len(client.frames)
        client.send(frame)
        answers = client.frames[before:]
        assert [each["data"].get("code") in REFUSALS | {"no_conversation"} for each in answers] == [True], (name, value)
