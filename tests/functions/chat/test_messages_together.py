"""Messages that wait together are stored in one transaction, with the same results as one by one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest

from functions.chat.data import messages as stored_messages
from shared.kit.db.libpq import Prepared
from shared.kit.settings import settings
from tests.support.broken_connections import break_connections
from tests.support.chat_clients import Chat, Client, Clients, send_together
from tests.support.chat_http import list_messages, open_conversation
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import People, query
from tests.support.races import PATIENCE, at_once
from tests.support.statements import statements

OK = {"statusCode": 200}


@pytest.fixture
def new_chat(people: People, clients: Clients) -> Callable[[], Chat]:
    """Return a function that opens chats in which the tutor's client speaks protocol 2."""

    def make() -> Chat:
        student, tutor = people.student(), people.tutor()
        conversation = open_conversation(student, tutor)
        opened = clients.open(student, conversation), clients.open(tutor, conversation, protocol="2")
        return Chat(conversation, student, tutor, *opened)

    return make


def stored(chat: Chat) -> list[Any]:
    return query("SELECT seq, body FROM messages WHERE conversation_id = %s ORDER BY seq", chat.id)


def refusals(client: Client) -> list[Any]:
    return [frame["data"] for frame in client.frames if frame["event"] == "message_refused"]


def test_messages_are_numbered_in_their_order_and_reach_their_conversations(new_chat: Callable[[], Chat]) -> None:
    one, two = new_chat(), new_chat()
    one.student_client.send_message("pierwsza")
    assert (
        send_together(
            (one.student_client, "a", None),
            (two.tutor_client, "b", "7"),
            (one.tutor_client, "c", None),
            (one.student_client, "d", None),
        )
        == OK
    )
    assert stored(one) == [(1, "pierwsza"), (2, "a"), (3, "c"), (4, "d")]
    assert stored(two) == [(1, "b")]
    assert one.student_client.bodies == one.tutor_client.bodies == ["pierwsza", "a", "c", "d"]
    assert two.student_client.bodies == ["b"]
    assert [frame["data"]["client_id"] for frame in two.tutor_client.frames] == ["7"]
    assert [message["body"] for message in list_messages(one.student, one.id)] == ["pierwsza", "a", "c", "d"]
    newest = "SELECT v.last_seq, v.updated_at = m.created_at FROM conversations v JOIN messages m ON m.seq = v.last_seq"
    assert query(f"{newest} AND m.conversation_id = v.id ORDER BY 1") == [(1, True), (4, True)]


def test_messages_that_wait_together_are_stored_by_one_statement(new_chat: Callable[[], Chat]) -> None:
    one, two = new_chat(), new_chat()
    with statements() as sent:
        send_together((one.student_client, "a", None), (two.student_client, "b", None), (one.student_client, "c", None))
    assert len(sent) == 1


def test_a_refused_message_does_not_hold_up_the_others(new_chat: Callable[[], Chat], clients: Clients) -> None:
    one = new_chat()
    gone = Client("nobody=", clients.api)
    assert send_together((one.tutor_client, " ", "1"), (gone, "x", None), (one.tutor_client, "dobra", "2")) == OK
    assert stored(one) == [(1, "dobra")]
    assert refusals(one.tutor_client) == [{"client_id": "1", "code": "bad_message"}]


def test_a_message_that_is_already_stored_does_not_hold_up_the_others(new_chat: Callable[[], Chat]) -> None:
    one, two = new_chat(), new_chat()
    one.tutor_client.send_message("raz", id="1")
    send_together((two.student_client, "a", None), (one.tutor_client, "raz", "1"), (two.student_client, "b", None))
    send_together((two.tutor_client, "c", "2"), (two.tutor_client, "c", "2"))
    assert stored(one) == [(1, "raz")]
    assert stored(two) == [(1, "a"), (2, "b"), (3, "c")]
    assert one.student_client.bodies == ["raz"]
    assert [frame["data"]["seq"] for frame in one.tutor_client.frames] == [1, 1]
    assert two.student_client.bodies == ["a", "b", "c"]


def test_messages_with_an_id_survive_a_broken_connection(new_chat: Callable[[], Chat], unnoticed: None) -> None:
    one = new_chat()
    break_connections()
    assert (
        send_together((one.tutor_client, "a", "1"), (one.tutor_client, "b", None), (one.tutor_client, "c", "3")) == OK
    )
    assert stored(one) == [(1, "a"), (2, "c")]
    assert refusals(one.tutor_client) == [{"client_id": None, "code": "unavailable"}]
    assert one.student_client.bodies == ["a", "c"]


def test_messages_with_an_id_are_stored_once_if_the_connection_breaks_after_the_commit(
    new_chat: Callable[[], Chat], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, store = new_chat(), stored_messages.store_messages

    def store_and_break(messages: Any) -> Any:
        monkeypatch.undo()
        store(messages)
        break_connections()
        return store(messages)

    with monkeypatch.context() as patched:
        patched.setattr(stored_messages, "store_messages", store_and_break)
        send_together((one.tutor_client, "a", "1"), (one.tutor_client, "b", "2"))
    assert stored(one) == [(1, "a"), (2, "b")]
    assert [frame["data"]["seq"] for frame in one.tutor_client.frames] == [1, 2]


def test_a_socket_that_opens_meanwhile_receives_the_messages_or_finds_them_in_the_history(
    new_chat: Callable[[], Chat], clients: Clients
) -> None:
    one, two = new_chat(), new_chat()
    with ThreadPoolExecutor(1) as sending, ThreadPoolExecutor(1) as opening, gate_after("INSERT ON messages") as let_go:
        sent = sending.submit(send_together, (one.student_client, "a", None), (two.student_client, "b", None))
        wait_until(lambda: waiting() == 1)
        opened = opening.submit(clients.open, two.student, two.id)
        wait_until(lambda: waiting() == 2)
        let_go()
        assert (sent.result(PATIENCE), opened.result(PATIENCE).frames) == (OK, [])
    assert [message["body"] for message in list_messages(two.student, two.id)] == ["b"]


def store_crosswise(new_chat: Callable[[], Chat]) -> list[int]:
    """Store from two processes in the same conversations, in opposite order; return how many each conversation got.

    The first has locked one of them and waits for the next when the second begins.
    """
    chats = sorted((new_chat() for _ in range(3)), key=lambda each: each.id)
    messages = [(each.student_client, "x", None) for each in chats]
    with psycopg.connect(settings().database_url) as keeper, ThreadPoolExecutor(2) as threads:
        keeper.execute("SELECT FROM conversations WHERE id = %s FOR UPDATE", (chats[1].id,))
        first = threads.submit(send_together, *messages)
        wait_until(lambda: waiting() == 1)
        second = threads.submit(send_together, messages[2], messages[0])
        wait_until(lambda: waiting() == 2)
        keeper.rollback()
        assert [first.result(PATIENCE), second.result(PATIENCE)] == [OK, OK]
    return [len(stored(each)) for each in chats]


def test_concurrent_batches_do_not_deadlock(new_chat: Callable[[], Chat]) -> None:
    assert store_crosswise(new_chat) == [2, 1, 2]


@pytest.mark.proof
def test_without_the_lock_order_they_deadlock(new_chat: Callable[[], Chat], monkeypatch: pytest.MonkeyPatch) -> None:
    statement = stored_messages.STORE_MESSAGES.statement.decode()
    unordered = statement.replace("ORDER BY v.id, m.place", "ORDER BY m.place")
    assert unordered != statement
    monkeypatch.setattr(stored_messages, "STORE_MESSAGES", Prepared(unordered))
    assert store_crosswise(new_chat) in ([1, 1, 1], [1, 0, 1])


@pytest.mark.parametrize("rounds", [20, pytest.param(300, marks=pytest.mark.proof)])
def test_concurrent_batches_are_numbered_without_gaps(new_chat: Callable[[], Chat], rounds: int) -> None:
    chats = [new_chat() for _ in range(4)]

    def send_all(order: list[Chat]) -> None:
        for turn in range(rounds):
            send_together(*((each.student_client, str(turn), None) for each in order))

    at_once(*(partial(send_all, order) for order in (chats, chats[::-1]) * 2))
    for each in chats:
        assert [seq for seq, _body in stored(each)] == list(range(1, 4 * rounds + 1))
        assert len(each.student_client.frames) == 4 * rounds


def scans(plan: dict[str, Any], above: str = "") -> dict[str, str]:
    """Return the tables that a plan reads, each with the type of its parent node."""
    found = {plan["Relation Name"]: above} if "Relation Name" in plan else {}
    for part in plan.get("Plans", []):
        found |= scans(part, plan["Node Type"])
    return found


def test_senders_are_looked_up_by_key_and_not_among_all_connections() -> None:
    """Whatever the statistics of the tables are: the planner expects a hundred messages."""
    statement = stored_messages.STORE_MESSAGES.statement.decode().replace("$1", "'[]'").replace("$2", "NULL")
    [[explained]] = query(f"EXPLAIN (FORMAT JSON) {statement}")
    above = scans(explained[0]["Plan"])
    assert (above["connections"], above["conversation_members"]) == ("Limit", "Limit")
