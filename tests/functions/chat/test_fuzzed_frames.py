"""Frames of all events with something wrong in them: each is answered, and no socket closes."""

import json
import random
from typing import Any
from uuid import uuid4

import pytest

from local.socket_events import CONVERSATION, REQUESTS
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.conversations import stored_messages
from tests.support.people import People
from tests.support.socket_schemas import complaints

OK = {"statusCode": 200}
SCALARS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    7,
    2**31,
    2**63,
    1e308,
    "",
    "x",
    "\u0000",
    "\ud800",
    "👍",
    "ą" * 2_001,
    " \u200b",
    [],
    {},
)
TEXTS = ("", "{", "[]", "null", "7", '"x"', '{"event": 7}', '{"event": "typing"', "[" * 900, '{"a":' * 900, "\u0000")
BATCH = 50


class Frames:
    """Generates frames for a conversation, reproducibly from a seed."""

    def __init__(self, seed: int, conversation: str) -> None:
        self._random = random.Random(seed)
        self._conversation = conversation

    def next(self) -> str:
        if self._random.random() < 0.1:
            return self._random.choice(TEXTS)
        event = self._random.choice(REQUESTS)
        data = json.loads(json.dumps(event.example).replace(CONVERSATION, self._conversation))
        frame: dict[str, Any] = {"event": event.name, "data": data, "id": "1"}
        for _ in range(self._random.choice((0, 1, 1, 2, 3))):
            self._break(self._random.choice((frame, data)))
        return json.dumps(frame)

    def _break(self, fields: dict[str, Any]) -> None:
        name = self._random.choice([*fields, "reply_to", "attachments", "data", "unknown"])
        if self._random.random() < 0.3:
            fields.pop(name, None)
        else:
            fields[name] = self._value()

    def _value(self, depth: int = 0) -> Any:
        kind = self._random.randrange(6 if depth < 3 else 4)
        if kind < 3:
            return self._random.choice(SCALARS)
        if kind == 3:
            return self._random.choice((str(uuid4()), self._conversation, self._random.randrange(2**40)))
        if kind == 4:
            return [self._value(depth + 1) for _ in range(self._random.randrange(4))]
        return {str(self._random.choice(SCALARS)): self._value(depth + 1) for _ in range(self._random.randrange(4))}


def is_message(frame: Any) -> bool:
    return bool(frame == [] or {"id", "body", "created_by", "created_at"} <= frame.keys())


def heard(client: Client) -> list[Any]:
    """Return what was posted to the socket since the last call, checked against the AsyncAPI description."""
    frames = [json.loads(frame) for frame in client.api.take(client.id)]
    events = [frame for frame in frames if frame != []]
    assert [complaint for frame in events for complaint in complaints("hear", frame)] == []
    return events


@pytest.mark.parametrize(
    "number",
    [
        150,
        pytest.param(3_000, marks=pytest.mark.proof),
        pytest.param(100_000, marks=[pytest.mark.proof, pytest.mark.long]),
    ],
)
def test_every_frame_is_answered_and_the_sockets_stay(
    people: People, clients: Clients, chat: Chat, number: int
) -> None:
    for body in ("Hej", "Cześć", "Do jutra"):
        chat.student_client.send_message(body)
    frames = Frames(number, str(chat.id))
    conversation = clients.open(chat.student, chat.id, protocol="2")
    user = clients.open_user_socket(chat.student)
    shipped = clients.open(chat.student, chat.id)
    for sent in range(number):
        sender = (conversation, user, shipped)[sent % 3]
        text = frames.next()
        assert sender.send_text(text) == OK, text
        if sent % BATCH == BATCH - 1:
            heard(conversation)
            heard(user)
            assert all(map(is_message, map(json.loads, clients.api.take(shipped.id))))
    assert clients.api.closed == []
    for each in (conversation, user):
        heard(each)
        each.send({"event": "react"})
        assert [frame["event"] for frame in heard(each)] == ["action_refused"]
    chat.tutor_client.send_message("i po wszystkim")
    assert [frame["event"] for frame in heard(conversation)] == ["message_stored", "read_up_to"]
    places = [seq for seq, _body, _author in stored_messages()]
    assert places == list(range(1, len(places) + 1))
