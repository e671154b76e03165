"""Frames on a socket whose session has ended, while it is being closed: nothing is done and nothing is answered."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.tokens.handler import handler as tokens
from shared.data.staff_actions import Grounds
from shared.domain.suspension import suspend
from shared.kit.db.transactions import transaction
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.conversations import add_messages
from tests.support.lambda_client import LambdaClient
from tests.support.people import Person, query

REQUESTS: dict[str, dict[str, Any]] = {
    "chat_message": {"body": "spóźniona"},
    "edit_message": {"seq": 1, "body": "inna"},
    "delete_message": {"seq": 1},
    "react": {"seq": 2, "emoji": "👍", "on": True},
    "mark_read": {"seq": 2},
    "typing": {},
    "sync": {},
}


def sign_out(person: Person) -> None:
    assert LambdaClient(tokens)("POST", "/api/token/logout/", token=person.access).status == 200


def is_suspended(person: Person) -> None:
    with transaction() as db:
        suspend(db, person.id, Grounds(None, "Spam"))


def stored() -> list[Any]:
    return [
        query("SELECT seq, body, deleted_at FROM messages ORDER BY seq"),
        query("SELECT * FROM message_reactions"),
        query("SELECT user_id, read_seq FROM conversation_members ORDER BY user_id"),
    ]


@pytest.mark.parametrize("end", [sign_out, is_suspended])
def test_frames_are_ignored_although_the_sender_was_known_before(
    chat: Chat, clients: Clients, end: Callable[[Person], None]
) -> None:
    add_messages(chat.id, chat.student, "Cześć")
    add_messages(chat.id, chat.tutor, "Cześć")
    leaving, other = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    ask(leaving, chat, "mark_read", {"seq": 1})
    end(chat.student)
    before, heard, told = stored(), len(other.frames), len(leaving.frames)
    for event, data in REQUESTS.items():
        ask(leaving, chat, event, data)
    assert stored() == before
    assert other.frames[heard:] == []
    assert {frame["event"] for frame in leaving.frames[told:]} <= {"message_refused"}


def ask(client: Client, chat: Chat, event: str, data: dict[str, Any]) -> None:
    client.send({"event": event, "data": {"conversation": str(chat.id), **data}})
