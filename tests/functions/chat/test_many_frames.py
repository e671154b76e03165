"""The function limits the frames of each user, because API Gateway does not limit a single socket."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.chat.actions import senders as senders_module
from functions.chat.actions.senders import senders
from shared.kit.redis import attempt
from shared.kit.security import rate_limits as rate_limits_module
from shared.kit.security.rate_limits import Limit
from tests.support.chat_clients import PROCESSES, Chat, Client, Clients, message, send_together
from tests.support.people import query

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
def test_too_many_frames_of_any_kind_close_the_socket(
    clients: Clients, chat: Chat, text: str, forget: Callable[[], object], protocol: str
) -> None:
    flooding = clients.open(chat.student, chat.id, protocol=protocol)
    forget()
    for _ in range(3):
        flooding.send_text(text)
    assert clients.api.closed == []
    # Six are allowed, and a process that does not know the sender yet does not count the first.
    for _ in range(5):
        flooding.send_text(text)
    assert set(clients.api.closed) == {flooding.id}


def test_too_many_questions_close_a_notification_socket_in_another_process(clients: Clients, chat: Chat) -> None:
    assert clients.connect("notes=", token=chat.student.access, notifications="1") == {"statusCode": 200}
    notes = Client("notes=", clients.api)
    senders.known.clear()
    for _ in range(7):
        notes.send_text(FRAMES["count"])
    assert clients.api.closed == [notes.id]


def test_batched_messages_are_counted_singly_with_one_redis_call_per_batch(
    clients: Clients, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(action: Callable[[Any], Any], otherwise: Any) -> Any:
        asked.append(action)
        return attempt(action, otherwise)

    monkeypatch.setattr(rate_limits_module, "attempt", counted)
    ola, adam = chat.student_client, chat.tutor_client
    send_together(*((ola, str(number), None) for number in range(5)), (adam, "słucham", None), (ola, "5", None))
    assert [body for _, body in stored(chat)] == ["0", "1", "2", "słucham"]
    assert clients.api.closed == []
    # One for the counts of both senders, and one for the messages beyond the limit.
    assert len(asked) == 2
    send_together((ola, "6", None), (adam, "jestem", None))
    assert [body for _, body in stored(chat)] == ["0", "1", "2", "słucham", "jestem"]
    assert clients.api.closed == [ola.id]


def stored(chat: Chat) -> list[tuple[int, str]]:
    return query("SELECT seq, body FROM messages WHERE conversation_id = %s ORDER BY seq", chat.id)
