"""Concurrent messages: numbered without gaps, stored once, received by everybody once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from tests.support.chat_clients import Client, Clients
from tests.support.chat_http import list_messages, open_conversation
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import People, Person, query
from tests.support.races import PATIENCE, at_once

SENDERS = 8


def send_all(client: Client, name: str, number: int) -> None:
    for turn in range(number):
        assert client.send_message(f"{name}-{turn}") == {"statusCode": 200}


@pytest.mark.parametrize("number", [10, pytest.param(250, marks=pytest.mark.proof)])
def test_messages_of_many_concurrent_senders_are_numbered_without_gaps(
    people: People, clients: Clients, number: int
) -> None:
    student, tutor = people.student(), people.tutor()
    conversation = open_conversation(student, tutor)
    sockets = [clients.open((student, tutor)[place % 2], conversation) for place in range(SENDERS)]
    at_once(*(partial(send_all, socket, str(place), number) for place, socket in enumerate(sockets)))
    rows = query("SELECT seq, body, created_at FROM messages ORDER BY seq")
    assert [seq for seq, _body, _at in rows] == list(range(1, SENDERS * number + 1))
    assert query("SELECT last_seq FROM conversations") == [(SENDERS * number,)]
    moments = [created_at for _seq, _body, created_at in rows]
    assert moments == sorted(moments)
    bodies = [body for _seq, body, _at in rows]
    for place in range(SENDERS):
        own = [body for body in bodies if body.startswith(f"{place}-")]
        assert own == [f"{place}-{turn}" for turn in range(number)]
    for socket in sockets:
        assert Counter(socket.bodies) == Counter(bodies)
    assert [message["body"] for message in list_messages(student, conversation)] == bodies[-500:]


def resend(people: People, clients: Clients, rounds: int) -> tuple[list[Client], list[int]]:
    """Send each message six times at once; return the listeners and the stored copies of each message."""
    student, tutor = people.student(), people.tutor()
    conversation = open_conversation(student, tutor)
    sending, listening = clients.open(student, conversation, protocol="2"), clients.open(tutor, conversation)
    for turn in range(rounds):
        answers = at_once(*[partial(sending.send_message, f"raz {turn}", id=f"client-{turn}")] * 6)
        assert answers == [{"statusCode": 200}] * 6
    copies = query("SELECT count(*) FROM messages GROUP BY client_id")
    return [sending, listening], [row[0] for row in copies]


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.proof)])
def test_concurrent_copies_of_a_message_are_stored_once(people: People, clients: Clients, rounds: int) -> None:
    [sending, listening], copies = resend(people, clients, rounds)
    assert copies == [1] * rounds
    assert listening.bodies == [f"raz {turn}" for turn in range(rounds)]
    # The sender gets the same message each time and recognizes it by the id.
    events = Counter((frame["data"]["client_id"], frame["data"]["seq"]) for frame in sending.frames)
    assert events == {(f"client-{turn}", turn + 1): 6 for turn in range(rounds)}


@contextmanager
def without_the_constraint() -> Iterator[None]:
    definition = query("SELECT indexdef FROM pg_indexes WHERE indexname = 'messages_client_id_key'")[0][0]
    query("DROP INDEX messages_client_id_key")
    try:
        yield
    finally:
        query("TRUNCATE conversations CASCADE")
        query(definition)


def test_without_the_constraint_every_copy_is_stored(people: People, clients: Clients) -> None:
    with without_the_constraint():
        _listeners, copies = resend(people, clients, 1)
        assert copies == [6]


def join(clients: Clients, person: Person, conversation: UUID) -> tuple[Client, list[Any]]:
    """Subscribe first, then fetch the history, as a client that must miss nothing does."""
    client = clients.open(person, conversation)
    return client, list_messages(person, conversation)


@pytest.mark.parametrize("rounds", [6, pytest.param(300, marks=pytest.mark.proof)])
def test_a_client_that_subscribes_and_then_fetches_misses_nothing(
    people: People, clients: Clients, rounds: int
) -> None:
    student, tutor = people.student(), people.tutor()
    for _ in range(rounds):
        conversation = open_conversation(student, tutor)
        sockets = [clients.open(student, conversation) for _ in range(4)]
        results: list[Any] = at_once(
            partial(join, clients, tutor, conversation),
            *(partial(socket.send_message, str(place)) for place, socket in enumerate(sockets)),
        )
        client, fetched = results[0]
        known = {message["body"] for message in fetched} | set(client.bodies)
        assert known == {"0", "1", "2", "3"}
        query("DELETE FROM conversations")


def test_a_new_socket_waits_for_a_message_that_is_being_stored(people: People, clients: Clients) -> None:
    """The message is not sent to it, so it must find it in the history."""
    student, tutor = people.student(), people.tutor()
    conversation = open_conversation(student, tutor)
    socket = clients.open(student, conversation)
    with ThreadPoolExecutor(1) as sending, ThreadPoolExecutor(1) as joining, gate_after("INSERT ON messages") as let_go:
        sent = sending.submit(socket.send_message, "w drodze")
        wait_until(lambda: waiting() == 1)
        joined = joining.submit(at_once, partial(join, clients, tutor, conversation))
        wait_until(lambda: waiting() == 2)
        let_go()
        assert sent.result(PATIENCE) == {"statusCode": 200}
        [(client, fetched)] = joined.result(PATIENCE)
    assert (client.frames, [message["body"] for message in fetched]) == ([], ["w drodze"])
