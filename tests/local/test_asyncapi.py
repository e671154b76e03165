"""The description of the sockets: valid, complete, and equal to what the function receives and sends."""

import ast
from pathlib import Path

import pytest

from functions.chat.api.socket_routes import ROUTES
from local.asyncapi import description
from local.socket_events import FACTS, REQUESTS
from tests.support.socket_schemas import complaints
from tools.cloud.project import ROOT

REFUSALS = {"bad_data", "bad_message", "unknown_event", "bad_frame"}
DELIVER = {"event_frame": 0, "deliver_to_conversation": 1, "deliver_to_user": 1, "deliver_to_sockets": 1}


def test_every_route_is_described() -> None:
    assert {event.name for event in REQUESTS} == {route for route in ROUTES if not route.startswith("$")}


def delivered(path: Path) -> set[str]:
    """The names of events in the calls that send them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DELIVER:
            name = node.args[DELIVER[node.func.id]] if node.args else None
            if isinstance(name, ast.Constant):
                names.add(str(name.value))
    return names


def test_every_sent_event_is_described() -> None:
    sent = set().union(*(delivered(path) for path in (ROOT / "functions").rglob("*.py")))
    assert sent >= {"message_stored", "typing", "closing"}
    assert sent | {"notification_created"} == {event.name for event in FACTS}


@pytest.mark.parametrize("prefix", ["send", "hear"])
def test_examples_are_valid_by_their_schemas(prefix: str) -> None:
    for event in REQUESTS if prefix == "send" else FACTS:
        assert complaints(prefix, {"event": event.name, "data": event.example}) == [], event.name
        assert complaints(prefix, {"event": event.name, "data": 5}) != [], event.name


def test_every_event_has_a_description() -> None:
    summaries = {key: each["summary"] for key, each in description()["components"]["messages"].items()}
    assert [key for key, summary in summaries.items() if len(summary.split()) < 3] == []


def test_every_field_has_a_description() -> None:
    messages = description()["components"]["messages"]
    shared = {"conversation_created", "notification_created"}
    missing = [
        f"{key}.{name}"
        for key, message in messages.items()
        for name, field in message["payload"]["properties"]["data"]["properties"].items()
        if "description" not in field and message["name"] not in shared
    ]
    assert missing == []
