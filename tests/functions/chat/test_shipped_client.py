"""What the shipped client draws while others use newer features in its conversation.

It draws every object that it receives as a message, so it must receive exactly one object per message.
"""

import random

import pytest

from tests.support.attachments import attach, server
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.chat_http import list_messages
from tests.support.conversations import stored_messages

KEYS = {"id", "conversation", "body", "created_at", "created_by"}
ACTIONS = ("chat_message",) * 3 + (
    "answer",
    "attachment",
    "typing",
    "mark_read",
    "edit_message",
    "react",
    "delete_message",
    "sync",
)


class OtherClient:
    """Acts on sockets of protocols 2 and 3, as the student of a chat."""

    def __init__(self, clients: Clients, chat: Chat, seed: int) -> None:
        self._chat = chat
        self._random = random.Random(seed)
        self._sockets = (clients.open(chat.student, chat.id, "2"), clients.open_user_socket(chat.student))
        self.said = 0

    def act(self) -> None:
        name = self._random.choice(ACTIONS)
        if name in {"chat_message", "answer", "attachment"} or not self.said:
            self._say(name)
            return
        data = {"seq": self._random.randint(1, self.said), "body": "zmienione", "emoji": "👍"}
        if name == "sync":
            self._send("sync", self._sockets[1], after={str(self._chat.id): {"seq": 0, "change_seq": 0}})
        else:
            self._send(name, self._random.choice(self._sockets), conversation=str(self._chat.id), **data)

    def _say(self, name: str) -> None:
        self.said += 1
        more: dict[str, object] = {}
        if name == "answer" and self.said > 1:
            more["reply_to"] = self.said - 1
        if name == "attachment":
            more["attachments"] = [attach(self._chat.student, self._chat.id, "notatka.txt", b"text").json["id"]]
        data = {"conversation": str(self._chat.id), "body": f"wiadomość {self.said}", **more}
        self._send("chat_message", self._random.choice(self._sockets), **data)

    def _send(self, event: str, socket: Client, **data: object) -> None:
        assert socket.send({"event": event, "data": data}) == {"statusCode": 200}


@pytest.mark.parametrize("number", [60, pytest.param(600, marks=pytest.mark.proof)])
def test_it_draws_one_bubble_per_message(clients: Clients, chat: Chat, number: int) -> None:
    other = OtherClient(clients, chat, number)
    for turn in range(number):
        other.act()
        if turn % 10 == 9:
            chat.tutor_client.send_message("Dobrze.")
            other.said += 1
    frames = chat.tutor_client.frames
    assert {frozenset(frame) for frame in frames} == {frozenset(KEYS)}
    rows = stored_messages()
    assert len(frames) == len(rows) == other.said
    assert [frame["body"] for frame in frames if frame["created_by"]["id"] == str(chat.tutor.id)] == ["Dobrze."] * (
        number // 10
    )
    history = list_messages(chat.tutor, chat.id)
    assert [each["id"] for each in history] == [frame["id"] for frame in frames[-len(history) :]]
    linked = [frame["body"].rpartition(" ")[2] for frame in frames if "/media/chat/" in frame["body"]]
    assert linked
    assert all(url.endswith("/notatka.txt") for url in linked)
    kept = [each["body"].rpartition(" ")[2] for each in history if "/media/chat/" in each["body"]]
    assert {server.get(url).status_code for url in kept} == {200}
