"""Idle sockets get `[]`, once, so that the gateway does not close them."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from functions.chat.keep_alive_job import handler as keep_alive
from shared.domain.timestamps import format_time
from shared.kit.aws import websocket
from shared.kit.aws.websocket import install_pusher
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.chat_clients import Client, Clients
from tests.support.chat_http import open_conversation
from tests.support.people import People, query
from tests.support.races import at_once


def run() -> dict[str, Any]:
    return keep_alive(recorded("schedule_keep_alive"), None)


def pass_minutes(minutes: float) -> None:
    """Make everything that has happened so many minutes older."""
    for table, columns in (("connections", ("touched_at", "connected_at")), ("conversations", ("updated_at",))):
        moved = ", ".join(f"{column} = {column} - make_interval(secs => %s)" for column in columns)
        query(f"UPDATE {table} SET {moved}", *[minutes * 60] * len(columns))


@pytest.fixture
def conversation(people: People) -> tuple[Any, UUID]:
    student = people.student()
    return student, open_conversation(student, people.tutor())


def test_a_socket_is_pinged_after_five_idle_minutes_with_what_every_client_ignores(
    clients: Clients, conversation: tuple[Any, UUID]
) -> None:
    sockets = [clients.open(*conversation), clients.open(*conversation, protocol="2")]
    pass_minutes(4.9)
    assert run() == {"pinged": 0, "gone": 0}
    pass_minutes(0.2)
    assert run() == {"pinged": 2, "gone": 0}
    assert [clients.api.posted(socket.id) for socket in sockets] == [[b"[]"], [b"[]"]]
    assert run() == {"pinged": 0, "gone": 0}
    pass_minutes(5.1)
    assert run() == {"pinged": 2, "gone": 0}


def test_a_message_to_the_conversation_replaces_a_ping(clients: Clients, conversation: tuple[Any, UUID]) -> None:
    sending, receiving = clients.open(*conversation), clients.open(*conversation)
    pass_minutes(6)
    sending.send_message("jestem")
    assert run() == {"pinged": 0, "gone": 0}
    assert receiving.bodies == ["jestem"]


def test_only_idle_sockets_are_pinged(people: People, clients: Clients, conversation: tuple[Any, UUID]) -> None:
    idle = clients.open(*conversation)
    pass_minutes(6)
    fresh = clients.open(*conversation)
    other_student = people.student()
    elsewhere = clients.open(other_student, open_conversation(other_student, people.tutor()))
    assert run() == {"pinged": 1, "gone": 0}
    assert [client.frames for client in (idle, fresh, elsewhere)] == [[[]], [], []]


def test_gone_sockets_are_forgotten(clients: Clients, conversation: tuple[Any, UUID]) -> None:
    gone, here = clients.open(*conversation), clients.open(*conversation)
    pass_minutes(6)
    clients.api.gone = {gone.id}
    assert run() == {"pinged": 1, "gone": 1}
    assert query("SELECT id FROM connections") == [(here.id,)]


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.proof)])
def test_concurrent_runs_ping_each_socket_once(clients: Clients, conversation: tuple[Any, UUID], rounds: int) -> None:
    sockets: list[Client] = [clients.open(*conversation) for _ in range(10)]
    for turn in range(rounds):
        pass_minutes(6)
        results = at_once(*[partial(run)] * 6)
        assert sum(result["pinged"] for result in results) == 10
        assert [len(socket.frames) for socket in sockets] == [turn + 1] * 10


def test_sockets_are_told_once_before_the_gateway_closes_them_after_two_hours(
    clients: Clients, conversation: tuple[Any, UUID]
) -> None:
    shipped, modern = clients.open(*conversation), clients.open(*conversation, protocol="2")
    user_socket = clients.open_user_socket(conversation[0])
    pass_minutes(114)
    run()
    assert [socket.frames for socket in (shipped, modern, user_socket)] == [[[]]] * 3
    pass_minutes(2)
    run()
    run()
    [_ping, told] = modern.frames
    [[closes_at]] = query("SELECT connected_at + interval '2 hours' FROM connections WHERE id = %s", modern.id)
    assert told == {"event": "closing", "data": {"reason": "limit", "closes_at": format_time(closes_at)}}
    assert [frame["event"] for frame in user_socket.frames[1:]] == ["closing"]
    assert shipped.frames == [[]]


def test_sockets_without_a_time_limit_are_told_nothing(
    clients: Clients, conversation: tuple[Any, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    modern = clients.open(*conversation, protocol="2")
    install_pusher(websocket.pusher())
    monkeypatch.setenv("WEBSOCKET_ENDPOINT", "")
    read_settings_again()
    pass_minutes(116)
    run()
    assert modern.frames == [[]]
