"""Ten messages may be sent to somebody who has never written in the conversation."""

import pytest

from tests.conftest import read_settings_again
from tests.support.chat_clients import Chat, Client, Clients, send_together
from tests.support.conversations import stored_messages
from tests.support.people import query

pytestmark = pytest.mark.usefixtures("rate_limits")


@pytest.fixture
def modern(clients: Clients, chat: Chat) -> Client:
    """The student's client, in protocol 2."""
    return clients.open(chat.student, chat.id, protocol="2")


def refusals(client: Client) -> list[tuple[str | None, str]]:
    data = [frame["data"] for frame in client.frames if frame["event"] == "message_refused"]
    return [(each["client_id"], each["code"]) for each in data]


def numbers() -> list[tuple[int, str]]:
    return [(seq, body) for seq, body, _author in stored_messages()]


def test_the_eleventh_message_waits_for_an_answer(chat: Chat, modern: Client) -> None:
    for number in range(1, 13):
        modern.send_message(str(number), id=f"id {number}")
    assert numbers() == [(number, str(number)) for number in range(1, 11)]
    assert refusals(modern) == [("id 11", "throttled"), ("id 12", "throttled")]
    assert query("SELECT last_seq FROM conversations") == [(10,)]
    chat.tutor_client.send_message("Dzień dobry")
    for number in range(30, 45):
        modern.send_message(str(number))
    assert [seq for seq, _body in numbers()] == list(range(1, 27))


def test_the_shipped_client_sees_no_bubble(chat: Chat) -> None:
    for number in range(12):
        chat.student_client.send_message(str(number))
    assert chat.student_client.bodies == chat.tutor_client.bodies == [str(number) for number in range(10)]


def test_the_recipient_may_always_answer(chat: Chat) -> None:
    chat.student_client.send_message("raz")
    for number in range(12):
        chat.tutor_client.send_message(str(number))
    assert len(numbers()) == 13


def test_messages_that_wait_together_are_counted_one_by_one(chat: Chat, modern: Client) -> None:
    alone = [(modern, f"a{number}", f"a{number}") for number in range(12)]
    answered = [(modern, f"b{number}", None) for number in range(12)]
    send_together(*alone, (chat.tutor_client, "Dzień dobry", None), *answered)
    assert refusals(modern) == [("a10", "throttled"), ("a11", "throttled")]
    bodies = [*(f"a{number}" for number in range(10)), "Dzień dobry", *(f"b{number}" for number in range(12))]
    assert numbers() == list(enumerate(bodies, 1))


def test_a_repeated_message_is_not_refused(chat: Chat, modern: Client) -> None:
    for number in range(10):
        modern.send_message(str(number), id=str(number))
    modern.send_message("znowu", id="3")
    assert refusals(modern) == []
    assert modern.frames[-1] == modern.frames[3]
    assert len(chat.tutor_client.frames) == 10


def test_without_rate_limits_the_eleventh_message_is_accepted(
    chat: Chat, modern: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_LIMITS", "off")
    read_settings_again()
    for number in range(12):
        modern.send_message(str(number))
    assert len(numbers()) == 12


def test_conversations_older_than_the_rule_are_exempt(chat: Chat, modern: Client) -> None:
    """For them it is not recorded who has written."""
    for number in range(10):
        modern.send_message(str(number))
    query("UPDATE conversations SET only_author = NULL")
    for number in range(3):
        modern.send_message(str(number))
    assert len(numbers()) == 13
