"""Messages over sockets: stored, numbered and pushed in the shape each client reads."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.chat.actions.senders import senders
from shared.kit.db.pool import pool
from shared.kit.settings import settings as platform_settings
from tests.support.chat_clients import Client, Clients, route_key
from tests.support.chat_http import list_conversations, list_messages, open_conversation
from tests.support.paused_transactions import wait_until
from tests.support.people import People, Person, query

OK = {"statusCode": 200}


@dataclass
class Talk:
    """A conversation with one open socket of each side."""

    id: UUID
    student: Person
    tutor: Person
    asking: Client
    answering: Client


@pytest.fixture
def talk(people: People, clients: Clients) -> Talk:
    student, tutor = people.student(), people.tutor(first_name="Łucja", picture="uploads/user/x.webp")
    talk_id = open_conversation(student, tutor)
    return Talk(talk_id, student, tutor, clients.open(student, talk_id), clients.open(tutor, talk_id))


def stored() -> list[Any]:
    return query("SELECT seq, body, created_by FROM messages ORDER BY conversation_id, seq")


def test_a_message_reaches_both_sides_in_the_frontend_s_shape(talk: Talk) -> None:
    assert talk.answering.send_message("Dzień dobry 👋\n<b>") == OK
    [frame] = talk.asking.frames
    assert talk.answering.frames == [frame]
    assert list(frame) == ["id", "conversation", "body", "created_at", "created_by"]
    assert (frame["conversation"], frame["body"]) == (str(talk.id), "Dzień dobry 👋\n<b>")
    assert frame["created_by"] == {
        "id": str(talk.tutor.id),
        "first_name": "Łucja",
        "last_name": "Nowak",
        "profile_image": "/static/media/uploads/user/x.webp",
    }
    moment = datetime.strptime(frame["created_at"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert frame["created_at"][-5:] in {"+0100", "+0200"}
    [message] = list_messages(talk.student, talk.id)
    assert datetime.fromisoformat(message["created_at"]) == moment
    assert message | {"created_at": frame["created_at"]} == frame


def test_every_socket_of_the_conversation_hears_it_and_no_other(people: People, clients: Clients, talk: Talk) -> None:
    second_tab = clients.open(talk.student, talk.id)
    elsewhere = clients.open(talk.student, open_conversation(talk.student, people.tutor()))
    talk.asking.send_message("a")
    talk.answering.send_message("b")
    for client in (talk.asking, talk.answering, second_tab):
        assert client.bodies == ["a", "b"]
    assert elsewhere.frames == []
    assert stored() == [(1, "a", talk.student.id), (2, "b", talk.tutor.id)]


def test_a_message_moves_the_conversation_to_the_top(people: People, clients: Clients, talk: Talk) -> None:
    newer = open_conversation(talk.student, people.tutor())
    assert [each["id"] for each in list_conversations(talk.student)] == [str(newer), str(talk.id)]
    talk.answering.send_message("na górę")
    first = list_conversations(talk.student)[0]
    assert (first["id"], first["last_message"]["body"]) == (str(talk.id), "na górę")
    assert first["updated_at"] == first["last_message"]["created_at"]


@pytest.mark.parametrize(
    "author", [lambda talk: str(talk.tutor.id), lambda _: str(uuid4()), lambda _: "", lambda _: ["x"]]
)
def test_the_author_is_whose_socket_it_is(talk: Talk, author: Callable[[Talk], Any]) -> None:
    talk.asking.send_message("podszywam się", created_by=author(talk), conversation=str(uuid4()), seq=9)
    assert stored() == [(1, "podszywam się", talk.student.id)]
    assert talk.answering.frames[0]["created_by"]["id"] == str(talk.student.id)


def test_a_frame_without_an_event_is_a_message(talk: Talk) -> None:
    talk.asking.send({"data": {"body": "bez zdarzenia"}})
    assert talk.answering.bodies == ["bez zdarzenia"]


@pytest.mark.parametrize("body", ["x" * 8_000, "😀" * 8_000, " a ", "0", "{}", "\u202e", "\u0001"])
def test_a_body_is_kept_as_written(talk: Talk, body: str) -> None:
    talk.asking.send_message(body)
    assert talk.answering.bodies == [body]
    assert list_messages(talk.tutor, talk.id)[0]["body"] == body


BAD_BODIES: list[Any] = [None, 5, True, [], {}, "", " \n\t", "\u00a0", "a\0b", "\ud800", "x" * 8_001, "ż" * 100_000]
ODD_FRAMES = [
    "",
    " ",
    "{oops",
    "[]",
    '"x"',
    "5",
    "null",
    "NaN",
    "{}",
    "[" * 60_000,
    '{"a":' * 20_000,
    "9" * 10_000,
    '{"event":"chat_message"}',
    '{"event":"chat_message","data":null}',
    '{"event":"chat_message","data":[]}',
    '{"event":"chat_message","data":"x"}',
    '{"event":"chat_message","data":{}}',
    '{"event":"typing","data":{"body":"inne"}}',
    '{"event":"$connect","data":{"body":"inne"}}',
    '{"event":"$disconnect","data":{"body":"inne"}}',
    '{"event":null,"data":{"body":"inne"}}',
    '{"event":["chat_message"],"data":{"body":"inne"}}',
    *(json.dumps({"event": "chat_message", "data": {"body": body}}) for body in BAD_BODIES),
]


@pytest.mark.parametrize("text", ODD_FRAMES, ids=range(len(ODD_FRAMES)))
def test_an_odd_frame_is_ignored_without_a_word(talk: Talk, text: str) -> None:
    """The legacy client would draw any object it is sent as a message."""
    assert talk.asking.send_text(text) == OK
    assert stored() == []
    assert (talk.asking.frames, talk.answering.frames) == ([], [])
    talk.asking.send_message("dalej")
    assert talk.answering.bodies == ["dalej"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("event", "data", "body", "id")), inner)
    ),
)


@given(frame=JSON | st.fixed_dictionaries({"event": st.just("chat_message"), "data": JSON}), text=st.text())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_frame_makes_the_function_fail(talk: Talk, frame: Any, text: str) -> None:
    for sent in (json.dumps(frame), text):
        before = len(stored())
        answer = talk.asking.send_text(sent)
        assert answer == OK, answer
        assert len(stored()) - before in {0, 1}
        if route_key(sent) == "$default" and not isinstance(frame, dict):
            assert len(stored()) == before


def test_a_client_of_the_second_protocol_gets_facts(clients: Clients, talk: Talk) -> None:
    modern = clients.open(talk.student, talk.id, protocol="2")
    modern.send_message("a", id="client-7")
    talk.answering.send_message("b")
    [own, other] = modern.frames
    assert own == {"event": "message_stored", "data": {**talk.asking.frames[0], "seq": 1, "client_id": "client-7"}}
    assert other == {"event": "message_stored", "data": {**talk.asking.frames[1], "seq": 2, "client_id": None}}
    assert "seq" not in talk.asking.frames[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"body": "", "id": "7"}, {"client_id": "7", "code": "bad_message"}),
        ({"body": "x" * 8_001, "id": "7"}, {"client_id": "7", "code": "bad_message"}),
        ({"body": "a\0"}, {"client_id": None, "code": "bad_message"}),
        ({"id": "x" * 101}, {"client_id": None, "code": "bad_message"}),
        (None, {"client_id": None, "code": "bad_message"}),
    ],
)
def test_a_client_of_the_second_protocol_is_told_of_refusals(
    clients: Clients, talk: Talk, data: Any, told: dict[str, Any]
) -> None:
    modern = clients.open(talk.student, talk.id, protocol="2")
    modern.send({"event": "chat_message", "data": data})
    assert modern.frames == [{"event": "message_refused", "data": told}]
    assert (talk.asking.frames, talk.answering.frames, stored()) == ([], [], [])


def test_a_message_sent_again_is_the_same_message(clients: Clients, talk: Talk) -> None:
    modern = clients.open(talk.student, talk.id, protocol="2")
    modern.send_message("raz", id="7")
    talk.answering.send_message("między")
    modern.send_message("raz, inaczej", id="7")
    assert [body for _seq, body, _author in stored()] == ["raz", "między"]
    assert modern.frames[2] == modern.frames[0]
    assert talk.answering.bodies == ["raz", "między"]
    assert [message["body"] for message in list_messages(talk.student, talk.id)] == ["raz", "między"]
    talk.answering.send_message("moje siedem", id="7")
    assert talk.asking.bodies == ["raz", "między", "moje siedem"]


UNUSABLE_IDS = [5, True, [], {}, "", "x" * 101, "a\0b", "\ud800"]


@pytest.mark.parametrize("client_id", [None, *UNUSABLE_IDS])
def test_an_id_means_nothing_in_the_legacy_protocol_unless_it_is_one(talk: Talk, client_id: Any) -> None:
    for _ in range(2):
        talk.asking.send_message("x", id=client_id)
    assert [seq for seq, _body, _author in stored()] == [1, 2]


@pytest.mark.parametrize("client_id", UNUSABLE_IDS)
@pytest.mark.parametrize("go_on", [dict, senders.known.clear], ids=["same process", "another process"])
def test_an_unusable_id_is_refused_in_the_second_protocol(
    clients: Clients, talk: Talk, client_id: Any, go_on: Callable[[], object]
) -> None:
    """Taken without it, the message would be stored twice when it is sent again."""
    modern = clients.open(talk.student, talk.id, protocol="2")
    go_on()
    modern.send_message("x", id=client_id)
    assert modern.frames == [{"event": "message_refused", "data": {"client_id": None, "code": "bad_message"}}]
    assert (talk.answering.frames, stored()) == ([], [])
    modern.send_message("x", id=None)
    assert [body for _seq, body, _author in stored()] == ["x"]


def break_connections() -> None:
    """End every connection this process has to PostgreSQL, from outside.

    None is on its way that would outlive it, and the one lent next is not so new that it would be tried first.
    """
    wait_until(lambda: (stats := pool().get_stats())["pool_available"] == stats["pool_size"])
    query("SELECT 1")
    with psycopg.connect(platform_settings().database_url, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_message_with_an_id_outlives_a_broken_connection(talk: Talk, unnoticed: None) -> None:
    talk.asking.send_message("before")
    break_connections()
    assert talk.asking.send_message("after", id="1") == OK
    assert talk.answering.bodies == ["before", "after"]
    assert [body for _seq, body, _author in stored()] == ["before", "after"]


def test_a_message_that_cannot_be_stored_is_refused(people: People, clients: Clients, unnoticed: None) -> None:
    talk_id = open_conversation(student := people.student(), people.tutor())
    socket, legacy = clients.open(student, talk_id, protocol="2"), clients.open(student, talk_id)
    for sender in (socket, legacy):
        break_connections()
        assert sender.send_message("lost") == OK
    assert [frame["data"] for frame in socket.frames] == [{"client_id": None, "code": "unavailable"}]
    assert legacy.frames == []
    assert stored() == []


def test_a_socket_that_is_gone_is_forgotten_and_nobody_else_waits(clients: Clients, talk: Talk) -> None:
    query("UPDATE connections SET connected_at = now() - interval '1 minute'")
    clients.api.gone = {talk.answering.id}
    assert talk.asking.send_message("a") == OK
    assert talk.asking.bodies == ["a"]
    assert query("SELECT id FROM connections") == [(talk.asking.id,)]
    clients.api.gone = set()
    talk.asking.send_message("b")
    assert talk.answering.frames == []


def test_a_socket_that_has_just_been_opened_is_not_forgotten(clients: Clients, talk: Talk) -> None:
    """AWS answers 410 to a post while the handshake is still under way."""
    clients.api.gone = {talk.answering.id}
    talk.asking.send_message("w czasie otwierania")
    clients.api.gone = set()
    talk.asking.send_message("po otwarciu")
    assert talk.answering.bodies == ["po otwarciu"]
    assert [message["body"] for message in list_messages(talk.tutor, talk.id)] == ["w czasie otwierania", "po otwarciu"]


def test_a_socket_that_leaves_at_once_is_forgotten_all_the_same(talk: Talk) -> None:
    talk.answering.disconnect()
    assert query("SELECT id FROM connections") == [(talk.asking.id,)]


def test_thirty_messages_a_second_are_taken_from_a_user(people: People, clients: Clients, rate_limits: None) -> None:
    student, tutor = people.student(), people.tutor()
    talk_id = open_conversation(student, tutor)
    tabs = [clients.open(student, talk_id, protocol="2"), clients.open(student, talk_id)]
    listener = clients.open(tutor, talk_id)
    started = time.monotonic()
    for number in range(140):
        tabs[number % 2].send_message(str(number))
    windows = int(time.monotonic() - started) + 2
    accepted = len(stored())
    # The first message of a socket is not counted: its user is not known before.
    assert 30 <= accepted <= 30 * windows + len(tabs)
    assert accepted < 140
    assert len(listener.frames) == accepted
    refused = [frame["data"]["code"] for frame in tabs[0].frames if frame["event"] == "message_refused"]
    assert set(refused) == {"throttled"}
    assert all("event" not in frame for frame in tabs[1].frames)
    listener.send_message("inny użytkownik")
    assert "inny użytkownik" in listener.bodies


def test_the_limit_is_off_without_redis(people: People, clients: Clients, rate_limits: None, own_redis: Any) -> None:
    talk_id = open_conversation(student := people.student(), people.tutor())
    socket = clients.open(student, talk_id)
    own_redis.kill()
    for number in range(40):
        socket.send_message(str(number))
    assert len(stored()) == 40
