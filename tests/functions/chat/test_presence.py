"""Who is typing and who is online: shown to conversation partners, and kept only in Redis."""

from typing import Any

import pytest

from functions.chat.actions import presence
from shared.kit import redis
from shared.kit.security.rate_limits import Limit
from tests.support.chat_clients import Chat, Client, Clients
from tests.support.chat_http import call
from tests.support.people import People, Person, query


def events(client: Client) -> list[tuple[str, Any]]:
    return [(frame["event"], frame["data"]) for frame in client.frames]


def presence_of(person: Person) -> dict[str, Any]:
    answer = call("GET", "/api/chat/presence/", token=person.access)
    assert answer.status == 200
    return dict(answer.json)


def show(person: Person, *, shown: bool) -> None:
    answer = call("PATCH", "/api/chat/presence/", token=person.access, json_body={"shown": shown})
    assert (answer.status, answer.json) == (200, {"shown": shown})


def close_all(chat: Chat) -> None:
    for client in (chat.student_client, chat.tutor_client):
        client.disconnect()


def test_typing_reaches_the_other_member_but_no_shipped_client(clients: Clients, chat: Chat) -> None:
    mine, theirs = clients.open_user_socket(chat.student), clients.open(chat.tutor, chat.id, protocol="2")
    mine.send({"event": "typing", "data": {"conversation": str(chat.id)}})
    told = {"conversation": str(chat.id), "user": str(chat.student.id)}
    assert events(theirs) == [("typing", told)]
    theirs.send({"event": "typing"})
    assert [name for name, _data in events(mine)] == ["typing"]
    assert (chat.student_client.frames, chat.tutor_client.frames) == ([], [])


def test_typing_is_forwarded_at_most_every_three_seconds(
    rate_limits: None, clients: Clients, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "TYPING", Limit("typing", 1, 3600))
    mine, theirs = clients.open_user_socket(chat.student), clients.open_user_socket(chat.tutor)
    for _key in range(5):
        mine.send({"event": "typing", "data": {"conversation": str(chat.id)}})
    assert len(theirs.frames) == 1


def test_typing_by_strangers_is_refused(people: People, clients: Clients, chat: Chat) -> None:
    stranger = clients.open_user_socket(people.student())
    stranger.send({"event": "typing", "data": {"conversation": str(chat.id), "id": "7"}})
    stranger.send({"event": "typing", "data": {}})
    assert events(stranger) == [
        ("action_refused", {"id": "7", "code": "no_conversation"}),
        ("action_refused", {"id": None, "code": "bad_data"}),
    ]


def test_going_online_and_offline_is_reported_once_however_many_sockets_are_open(clients: Clients, chat: Chat) -> None:
    close_all(chat)
    watcher = clients.open_user_socket(chat.tutor)
    assert presence_of(chat.tutor)["people"][0]["online"] is False
    sockets = [clients.open_user_socket(chat.student), clients.open(chat.student, chat.id)]
    assert presence_of(chat.tutor)["people"] == [{"user": str(chat.student.id), "online": True, "last_seen_at": None}]
    for socket in sockets:
        socket.disconnect()
    [(_, came), (name, went)] = events(watcher)
    assert came == {"user": str(chat.student.id), "online": True, "last_seen_at": None}
    assert (name, went["online"]) == ("presence_changed", False)
    assert presence_of(chat.tutor)["people"] == [went]
    assert went["last_seen_at"] is not None


def test_presence_can_be_switched_off(clients: Clients, chat: Chat) -> None:
    close_all(chat)
    watcher = clients.open_user_socket(chat.tutor)
    mine = clients.open_user_socket(chat.student)
    show(chat.student, shown=False)
    assert [data["online"] for _name, data in events(watcher)] == [True, False]
    assert presence_of(chat.tutor) == {"shown": True, "people": []}
    assert presence_of(chat.student)["shown"] is False
    mine.disconnect()
    again = clients.open_user_socket(chat.student)
    assert len(watcher.frames) == 2
    show(chat.student, shown=True)
    assert [data["online"] for _name, data in events(watcher)] == [True, False, True]
    again.disconnect()
    assert presence_of(chat.tutor)["people"][0]["last_seen_at"] is not None


def test_strangers_see_no_presence(people: People, clients: Clients, chat: Chat) -> None:
    close_all(chat)
    stranger = people.student()
    watcher = clients.open_user_socket(stranger)
    clients.open_user_socket(chat.student).disconnect()
    assert watcher.frames == []
    assert presence_of(stranger)["people"] == []


def test_blocked_people_see_no_presence_of_each_other(clients: Clients, chat: Chat) -> None:
    close_all(chat)
    watcher = clients.open_user_socket(chat.tutor)
    query("UPDATE conversations SET is_blocked = true")
    mine = clients.open_user_socket(chat.student)
    mine.send({"event": "typing", "data": {"conversation": str(chat.id)}})
    assert watcher.frames == []
    assert presence_of(chat.tutor)["people"] == []


def test_presence_is_lost_with_redis(clients: Clients, chat: Chat) -> None:
    close_all(chat)
    clients.open_user_socket(chat.student).disconnect()
    assert presence_of(chat.tutor)["people"][0]["last_seen_at"] is not None
    redis.client().flushall()
    assert presence_of(chat.tutor)["people"] == [{"user": str(chat.student.id), "online": False, "last_seen_at": None}]


def test_without_redis_sockets_open_and_close(clients: Clients, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis._Breaker, "resting_until", float("inf"))
    watcher = clients.open_user_socket(chat.tutor)
    close_all(chat)
    clients.open_user_socket(chat.student).disconnect()
    assert [data["online"] for _name, data in events(watcher)] == [False, True, False]
    assert presence_of(chat.tutor)["people"][0]["last_seen_at"] is None
