"""Frames that never end are counted by the function too, for API Gateway counts none of one socket."""

from collections.abc import Callable

import pytest

from functions.chat.actions import senders as senders_module
from functions.chat.actions.senders import senders
from shared.kit.security.rate_limits import Limit
from tests.support.chat_clients import PROCESSES, Chat, Client, Clients, message

FRAMES = {
    "empty": "{}",
    "broken": "{oops",
    "unknown event": '{"event": "wave"}',
    "action": '{"event": "react"}',
    "empty message": message(""),
    "message": message("Hej"),
    "count": '{"data": {"send_back_unread_notification_count": true}}',
}


@pytest.fixture(autouse=True)
def few(rate_limits: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders_module, "MESSAGES", Limit("messages", 3, 3600))
    monkeypatch.setattr(senders_module, "MESSAGES_BEYOND", Limit("messages-beyond", 3, 3600))


@pytest.mark.parametrize("protocol", ["1", "2"])
@pytest.mark.parametrize("forget", PROCESSES)
@pytest.mark.parametrize("text", FRAMES.values(), ids=FRAMES)
def test_frames_of_every_kind_close_the_socket_in_the_end(
    clients: Clients, chat: Chat, text: str, forget: Callable[[], object], protocol: str
) -> None:
    flooding = clients.open(chat.student, chat.id, protocol=protocol)
    forget()
    for _ in range(3):
        flooding.send_text(text)
    assert clients.api.closed == []
    # Six are let pass, and a process that has to learn who sends does not count the first.
    for _ in range(5):
        flooding.send_text(text)
    assert set(clients.api.closed) == {flooding.id}


def test_questions_in_another_process_close_a_socket_of_notifications(clients: Clients, chat: Chat) -> None:
    assert clients.connect("notes=", token=chat.student.access, notifications="1") == {"statusCode": 200}
    notes = Client("notes=", clients.api)
    senders.known.clear()
    for _ in range(7):
        notes.send_text(FRAMES["count"])
    assert clients.api.closed == [notes.id]
