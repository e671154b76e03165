"""The history over HTTP: the window in Redis answers, PostgreSQL is the truth."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kit.redis import client as redis_client
from tests.functions.chat.conftest import OwnRedis
from tests.support.chat_clients import Clients
from tests.support.chat_http import call, list_conversations, list_messages, open_conversation
from tests.support.conversations import add_messages
from tests.support.people import People, Person, query
from tests.support.statements import statements
from tools.cloud.http_event import http_event

TRUTH = "SELECT body FROM messages WHERE conversation_id = %s ORDER BY seq"


@dataclass(frozen=True)
class Talk:
    """A conversation of a student and a tutor."""

    id: UUID
    student: Person
    tutor: Person

    @property
    def key(self) -> str:
        return f"chat:{self.id}"

    def bodies(self, parameters: str = "") -> list[str]:
        return [message["body"] for message in list_messages(self.student, self.id, parameters)]

    def stored(self) -> list[str]:
        return [row[0] for row in query(TRUTH, self.id)]


@pytest.fixture
def talk(people: People) -> Talk:
    student, tutor = people.student(), people.tutor(first_name="Łucja", picture="uploads/user/x.webp")
    return Talk(open_conversation(student, tutor), student, tutor)


def numbered(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last + 1)]


def test_messages_come_oldest_first_in_the_frontend_s_shape(talk: Talk) -> None:
    add_messages(talk.id, talk.student, "Dzień dobry 👋", "<img src=x onerror=alert(1)>")
    add_messages(talk.id, talk.tutor, "Witam\n")
    query("UPDATE messages SET created_at = '2034-07-01 10:00:00.123+00' WHERE seq = 1")
    messages = list_messages(talk.tutor, talk.id)
    assert [message["body"] for message in messages] == ["Dzień dobry 👋", "<img src=x onerror=alert(1)>", "Witam\n"]
    first_id = query("SELECT id FROM messages WHERE seq = 1")[0][0]
    assert messages[0] == {
        "id": str(first_id),
        "conversation": str(talk.id),
        "body": "Dzień dobry 👋",
        "created_at": "2034-07-01T12:00:00.123000+02:00",
        "created_by": {
            "id": str(talk.student.id),
            "first_name": "Ola",
            "last_name": "Nowak",
            "profile_image": "/static/media/uploads/user/default.jpg",
        },
    }
    assert messages[2]["created_by"]["profile_image"] == "/static/media/uploads/user/x.webp"
    assert list_messages(talk.student, talk.id) == messages


def test_nobody_else_sees_a_message(people: People, talk: Talk) -> None:
    add_messages(talk.id, talk.student, "tajne")
    list_messages(talk.student, talk.id)
    stranger = people.student()
    for parameters in ("", "number_of_last_messages=5", "after=0", "before=9"):
        assert list_messages(stranger, talk.id, parameters) == []
        assert list_messages(stranger, uuid4(), parameters) == []


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("", numbered(1, 8)),
        ("number_of_last_messages=", numbered(1, 8)),
        ("number_of_last_messages=3", ["8", "7", "6"]),
        ("number_of_last_messages=2.7", ["8", "7"]),
        ("number_of_last_messages=0", []),
        ("number_of_last_messages=99", numbered(1, 8)[::-1]),
        ("number_of_last_messages=2147483647", numbered(1, 8)[::-1]),
        ("number_of_last_messages=x&number_of_last_messages=1", ["8"]),
        ("after=0", numbered(1, 8)),
        ("after=6", ["7", "8"]),
        ("after=8", []),
        ("after=2147483647", []),
        ("before=3", ["1", "2"]),
        ("before=1", []),
        ("before=0", []),
        ("before=2147483647", numbered(1, 8)),
        ("after=2&before=5", ["3", "4"]),
        ("after=2&number_of_last_messages=2", ["3", "4"]),
        ("before=5&number_of_last_messages=2", ["3", "4"]),
        ("before=5&number_of_last_messages=0", []),
        ("other=1", numbered(1, 8)),
    ],
)
def test_a_part_of_the_history(talk: Talk, parameters: str, expected: list[str]) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 8))
    for _turn in ("from PostgreSQL", "from Redis"):
        assert talk.bodies(parameters) == expected


def test_only_who_asks_by_seq_is_told_it(talk: Talk) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 4))
    assert [message["seq"] for message in list_messages(talk.student, talk.id, "after=2")] == [3, 4]
    assert [message["seq"] for message in list_messages(talk.student, talk.id, "before=3")] == [1, 2]
    assert all("seq" not in message for message in list_messages(talk.student, talk.id))
    assert all("seq" not in message for message in list_messages(talk.student, talk.id, "number_of_last_messages=2"))


@pytest.mark.parametrize("name", ["number_of_last_messages", "before", "after"])
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("abc", "Wpisz liczbę."),
        ("NaN", "Wpisz liczbę."),
        ("%00", "Wpisz liczbę."),
        ("-1", "Upewnij się, że ta wartość jest większa lub równa 0."),
        ("1e30", "Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."),
    ],
)
def test_a_number_that_is_none_is_refused(talk: Talk, name: str, value: str, complaint: str) -> None:
    path = f"/api/chat/conversation_detail/{talk.id}/?{name}={value}"
    answer = call("GET", path, token=talk.student.access)
    assert (answer.status, answer.json) == (400, {name: [complaint]})


def test_the_newest_five_hundred_are_returned(talk: Talk) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 620))
    for _turn in ("from PostgreSQL", "from Redis"):
        assert talk.bodies() == numbered(121, 620)
        assert talk.bodies("number_of_last_messages=620") == numbered(121, 620)[::-1]
    assert talk.bodies("after=0") == numbered(1, 500)
    assert talk.bodies("before=121") == numbered(1, 120)
    assert talk.bodies("before=510") == numbered(10, 509)


def test_authors_are_shown_as_they_are_now(talk: Talk) -> None:
    add_messages(talk.id, talk.student, "a")
    add_messages(talk.id, talk.tutor, "b")
    list_messages(talk.student, talk.id)
    query("UPDATE users SET first_name = 'Ewa' WHERE id = %s", talk.student.id)
    assert list_messages(talk.student, talk.id)[0]["created_by"]["first_name"] == "Ewa"
    query("DELETE FROM users WHERE id = %s", talk.tutor.id)
    assert [message["created_by"] and "Ewa" for message in list_messages(talk.student, talk.id)] == ["Ewa", None]


def flushed(talk: Talk) -> None:
    redis_client().flushdb()


def behind(talk: Talk) -> None:
    add_messages(talk.id, talk.tutor, "unseen", "by Redis")


def gap(talk: Talk) -> None:
    redis_client().xdel(talk.key, "6-0")


def beheaded(talk: Talk) -> None:
    redis_client().xdel(talk.key, "8-0")


def tail_only(talk: Talk) -> None:
    redis_client().xtrim(talk.key, maxlen=2, approximate=False)


def emptied(talk: Talk) -> None:
    redis_client().xtrim(talk.key, maxlen=0, approximate=False)


@pytest.mark.parametrize("damage", [flushed, behind, gap, beheaded, tail_only, emptied])
@pytest.mark.parametrize("parameters", ["", "number_of_last_messages=4"])
def test_a_window_that_is_not_whole_is_read_anew(talk: Talk, damage: Callable[[Talk], None], parameters: str) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 8))
    assert talk.bodies() == numbered(1, 8)
    damage(talk)
    expected = talk.stored()[::-1][:4] if parameters else talk.stored()
    assert talk.bodies(parameters) == expected
    window: Any = redis_client().xrange(talk.key)
    kept = [entry_id.decode() for entry_id, _values in window]
    assert kept == [f"{seq}-0" for seq in range(1, len(talk.stored()) + 1)]


def test_a_key_of_another_kind_does_not_hide_messages(talk: Talk, own_redis: OwnRedis) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 3))
    redis_client().set(talk.key, "not a stream")
    assert talk.bodies() == numbered(1, 3)


def test_a_window_answers_without_reading_messages(talk: Talk) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 3))
    with statements() as first:
        talk.bodies()
    with statements() as second:
        talk.bodies()
        talk.bodies("number_of_last_messages=2")
    assert [sum("FROM messages" in each for each in sent) for sent in (first, second)] == [1, 0]
    assert (len(first), len(second)) == (3, 4)


def test_the_window_is_kept_for_a_month(talk: Talk) -> None:
    add_messages(talk.id, talk.student, "x")
    talk.bodies()
    assert 29 * 86_400 < redis_client().ttl(talk.key) <= 30 * 86_400


def test_no_window_is_kept_for_ever(talk: Talk, clients: Clients) -> None:
    """Whatever Redis lost meanwhile."""
    socket = clients.open(talk.student, talk.id)
    for _ in range(3):
        socket.send_message("x")
        assert redis_client().ttl(talk.key) > 0 or not redis_client().exists(talk.key)
        redis_client().flushdb()


def test_without_redis_postgres_answers(talk: Talk, own_redis: OwnRedis) -> None:
    add_messages(talk.id, talk.student, *numbered(1, 8))
    assert talk.bodies() == numbered(1, 8)
    own_redis.kill()
    add_messages(talk.id, talk.tutor, "9")
    assert talk.bodies() == numbered(1, 9)
    assert talk.bodies("number_of_last_messages=2") == ["9", "8"]
    own_redis.start()
    assert redis_client().exists(talk.key) == 0
    assert talk.bodies() == numbered(1, 9)
    assert redis_client().xlen(talk.key) == 9


STEPS = st.lists(
    st.one_of(
        st.just(("send", 0)),
        st.just(("miss", 0)),
        st.just(("flush", 0)),
        st.tuples(st.just("drop"), st.integers(1, 12)),
        st.tuples(st.just("read"), st.integers(0, 12)),
    ),
    max_size=30,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_redis_missed_or_lost_the_history_is_that_of_postgres(
    people: People, clients: Clients, steps: list[tuple[str, int]]
) -> None:
    student, tutor = people.student(), people.tutor()
    talk = Talk(open_conversation(student, tutor), student, tutor)
    socket = clients.open(student, talk.id)
    for number, (verb, amount) in enumerate(steps):
        if verb == "send":
            socket.send_message(f"{number}")
        elif verb == "miss":
            add_messages(talk.id, tutor, f"{number}")
        elif verb == "flush":
            redis_client().flushdb()
        elif verb == "drop":
            redis_client().xdel(talk.key, f"{amount}-0")
        else:
            assert talk.bodies(f"number_of_last_messages={amount}") == talk.stored()[::-1][:amount]
    assert talk.bodies() == talk.stored()


def encoded(token: str, path: str) -> int:
    """Bytes of an answer as Lambda counts them."""
    event = http_event("GET", path, headers={"authorization": f"Bearer {token}"})
    return len(json.dumps(call.handler(event, None)).encode())


@pytest.mark.parametrize("letter", ["x", "\u0001", *(pytest.param(each, marks=pytest.mark.proof) for each in 'ł😀"')])
def test_long_messages_fit_into_an_answer(talk: Talk, letter: str) -> None:
    """6 MB are what a Lambda function may return; the rest is had by asking on."""
    add_messages(talk.id, talk.student, *(f"{number} {letter * 7_990}" for number in range(500)))
    path = f"/api/chat/conversation_detail/{talk.id}/"
    for parameters in ("", "?number_of_last_messages=500", "?after=0", "?before=501"):
        assert encoded(talk.student.access, path + parameters) < 6_000_000
    newest = [body.partition(" ")[0] for body in talk.bodies()]
    assert newest == [str(number) for number in range(500 - len(newest), 500)]
    assert [body.partition(" ")[0] for body in talk.bodies("number_of_last_messages=500")] == newest[::-1]
    seen: list[int] = []
    while more := list_messages(talk.student, talk.id, f"after={seen[-1] if seen else 0}"):
        seen += [message["seq"] for message in more]
    assert seen == list(range(1, 501))
    back: list[int] = []
    while more := list_messages(talk.student, talk.id, f"before={back[0] if back else 501}"):
        back = [message["seq"] for message in more] + back
    assert back == seen


def test_long_last_messages_fit_into_the_list_of_conversations(people: People) -> None:
    me = people.student()
    for _ in range(120):
        partner = people.student()
        add_messages(open_conversation(partner, me), partner, "ł" * 8_000)
    assert encoded(me.access, "/api/chat/conversations/") < 6_000_000
    assert len(list_conversations(me)) > 50
