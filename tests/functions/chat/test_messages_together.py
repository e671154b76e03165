"""Messages that wait together are stored in one transaction, and become what they would become one by one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest

from functions.chat.data import messages as stored_messages
from shared.kit.db.libpq import Prepared
from shared.kit.settings import settings
from tests.functions.chat.test_messages import break_connections
from tests.support.chat_clients import Client, Clients, send_together
from tests.support.chat_http import list_messages, open_conversation
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import People, Person, query
from tests.support.races import PATIENCE, at_once
from tests.support.statements import statements

OK = {"statusCode": 200}


class Room:
    """A conversation, its people and one socket of each; the tutor's speaks the second protocol."""

    def __init__(self, people: People, clients: Clients) -> None:
        self.student: Person = people.student()
        self.id = open_conversation(self.student, tutor := people.tutor())
        self.asking = clients.open(self.student, self.id)
        self.answering = clients.open(tutor, self.id, protocol="2")


@pytest.fixture
def room(people: People, clients: Clients) -> Callable[[], Room]:
    return partial(Room, people, clients)


def stored(room: Room) -> list[Any]:
    return query("SELECT seq, body FROM messages WHERE conversation_id = %s ORDER BY seq", room.id)


def refusals(client: Client) -> list[Any]:
    return [frame["data"] for frame in client.frames if frame["event"] == "message_refused"]


def test_they_are_numbered_in_their_order_and_reach_whom_they_should(room: Callable[[], Room]) -> None:
    one, two = room(), room()
    one.asking.send_message("pierwsza")
    assert (
        send_together(
            (one.asking, "a", None), (two.answering, "b", "7"), (one.answering, "c", None), (one.asking, "d", None)
        )
        == OK
    )
    assert stored(one) == [(1, "pierwsza"), (2, "a"), (3, "c"), (4, "d")]
    assert stored(two) == [(1, "b")]
    assert one.asking.bodies == one.answering.bodies == ["pierwsza", "a", "c", "d"]
    assert two.asking.bodies == ["b"]
    assert [frame["data"]["client_id"] for frame in two.answering.frames] == ["7"]
    assert [message["body"] for message in list_messages(one.student, one.id)] == ["pierwsza", "a", "c", "d"]
    newest = "SELECT v.last_seq, v.updated_at = m.created_at FROM conversations v JOIN messages m ON m.seq = v.last_seq"
    assert query(f"{newest} AND m.conversation_id = v.id ORDER BY 1") == [(1, True), (4, True)]


def test_they_are_one_statement(room: Callable[[], Room]) -> None:
    one, two = room(), room()
    with statements() as sent:
        send_together((one.asking, "a", None), (two.asking, "b", None), (one.asking, "c", None))
    assert len(sent) == 1


def test_what_is_refused_takes_nobody_with_it(room: Callable[[], Room], clients: Clients) -> None:
    one = room()
    gone = Client("nobody=", clients.api)
    assert send_together((one.answering, " ", "1"), (gone, "x", None), (one.answering, "dobra", "2")) == OK
    assert stored(one) == [(1, "dobra")]
    assert refusals(one.answering) == [{"client_id": "1", "code": "bad_message"}]


def test_one_that_was_stored_before_takes_nobody_with_it(room: Callable[[], Room]) -> None:
    one, two = room(), room()
    one.answering.send_message("raz", id="1")
    send_together((two.asking, "a", None), (one.answering, "raz", "1"), (two.asking, "b", None))
    send_together((two.answering, "c", "2"), (two.answering, "c", "2"))
    assert stored(one) == [(1, "raz")]
    assert stored(two) == [(1, "a"), (2, "b"), (3, "c")]
    assert one.asking.bodies == ["raz"]
    assert [frame["data"]["seq"] for frame in one.answering.frames] == [1, 1]
    assert two.asking.bodies == ["a", "b", "c"]


def test_those_with_an_id_outlive_a_broken_connection(room: Callable[[], Room], unnoticed: None) -> None:
    one = room()
    break_connections()
    assert send_together((one.answering, "a", "1"), (one.answering, "b", None), (one.answering, "c", "3")) == OK
    assert stored(one) == [(1, "a"), (2, "c")]
    assert refusals(one.answering) == [{"client_id": None, "code": "unavailable"}]
    assert one.asking.bodies == ["a", "c"]


def test_those_with_an_id_are_stored_once_if_it_breaks_after_the_commit(
    room: Callable[[], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, store = room(), stored_messages.store_messages

    def store_and_break(messages: Any) -> Any:
        monkeypatch.undo()
        store(messages)
        break_connections()
        return store(messages)

    with monkeypatch.context() as patched:
        patched.setattr(stored_messages, "store_messages", store_and_break)
        send_together((one.answering, "a", "1"), (one.answering, "b", "2"))
    assert stored(one) == [(1, "a"), (2, "b")]
    assert [frame["data"]["seq"] for frame in one.answering.frames] == [1, 2]


def test_a_socket_that_opens_meanwhile_hears_them_or_finds_them(room: Callable[[], Room], clients: Clients) -> None:
    one, two = room(), room()
    with ThreadPoolExecutor(1) as sending, ThreadPoolExecutor(1) as opening, gate_after("INSERT ON messages") as let_go:
        sent = sending.submit(send_together, (one.asking, "a", None), (two.asking, "b", None))
        wait_until(lambda: waiting() == 1)
        opened = opening.submit(clients.open, two.student, two.id)
        wait_until(lambda: waiting() == 2)
        let_go()
        assert (sent.result(PATIENCE), opened.result(PATIENCE).frames) == (OK, [])
    assert [message["body"] for message in list_messages(two.student, two.id)] == ["b"]


def store_crosswise(room: Callable[[], Room]) -> list[int]:
    """Two processes store in the same conversations, named in opposite order; how many each conversation got.

    The first has one of them and waits for the next when the second begins.
    """
    rooms = sorted((room() for _ in range(3)), key=lambda each: each.id)
    said = [(each.asking, "x", None) for each in rooms]
    with psycopg.connect(settings().database_url) as keeper, ThreadPoolExecutor(2) as threads:
        keeper.execute("SELECT FROM conversations WHERE id = %s FOR UPDATE", (rooms[1].id,))
        first = threads.submit(send_together, *said)
        wait_until(lambda: waiting() == 1)
        second = threads.submit(send_together, said[2], said[0])
        wait_until(lambda: waiting() == 2)
        keeper.rollback()
        assert [first.result(PATIENCE), second.result(PATIENCE)] == [OK, OK]
    return [len(stored(each)) for each in rooms]


def test_processes_never_wait_for_each_other_in_a_ring(room: Callable[[], Room]) -> None:
    assert store_crosswise(room) == [2, 1, 2]


def test_it_is_the_order_of_the_locks_that_prevents_it(
    room: Callable[[], Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = stored_messages.STORE_MESSAGES.statement.decode()
    unordered = statement.replace("ORDER BY v.id, m.place", "ORDER BY m.place")
    assert unordered != statement
    monkeypatch.setattr(stored_messages, "STORE_MESSAGES", Prepared(unordered))
    assert store_crosswise(room) in ([1, 1, 1], [1, 0, 1])


@pytest.mark.parametrize("rounds", [20, pytest.param(300, marks=pytest.mark.proof)])
def test_processes_that_store_in_the_same_conversations_number_without_gaps(
    room: Callable[[], Room], rounds: int
) -> None:
    rooms = [room() for _ in range(4)]

    def send_all(order: list[Room]) -> None:
        for turn in range(rounds):
            send_together(*((each.asking, str(turn), None) for each in order))

    at_once(*(partial(send_all, order) for order in (rooms, rooms[::-1]) * 2))
    for each in rooms:
        assert [seq for seq, _body in stored(each)] == list(range(1, 4 * rounds + 1))
        assert len(each.asking.frames) == 4 * rounds
