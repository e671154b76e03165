"""PostgreSQL is killed for five seconds while somebody writes: no acknowledged message is lost or duplicated."""

import os
import signal
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engines.processes import Engine
from tests.support.chat_clients import Client, Clients
from tests.support.chat_http import open_conversation
from tests.support.conversations import stored_messages
from tests.support.people import People, query

AWAY = 5.0
# The messages before and after the kill.
SOME = 50


def stored_ids(client: Client) -> list[str]:
    return [frame["data"]["client_id"] for frame in client.frames if frame["event"] == "message_stored"]


def send_all(client: Client, numbers: Iterable[int]) -> None:
    """Send each message until it is acknowledged, as clients do."""
    deadline = time.monotonic() + 60
    for number in numbers:
        while str(number) not in stored_ids(client)[-1:]:
            assert time.monotonic() < deadline
            client.send_message(str(number), id=str(number))
            time.sleep(0.01)


@pytest.mark.proof
def test_acknowledged_messages_are_stored_once_and_in_order(
    mortal_postgres: Engine, people: People, clients: Clients
) -> None:
    student, tutor = people.student(), people.tutor()
    talk = open_conversation(student, tutor)
    socket = clients.open(student, talk, protocol="2")
    send_all(socket, range(SOME))
    os.kill(mortal_postgres.process.pid, signal.SIGKILL)
    mortal_postgres.process.wait()
    socket.send_message(str(SOME), id=str(SOME))
    assert socket.frames[-1]["data"] == {"client_id": str(SOME), "code": "unavailable"}
    with ThreadPoolExecutor(1) as sending:
        sent = sending.submit(send_all, socket, range(SOME, 2 * SOME))
        time.sleep(AWAY)
        # In this thread: an engine ends with the thread that started it.
        mortal_postgres.process = mortal_postgres._start()
        sent.result()
    everything = [str(each) for each in range(2 * SOME)]
    assert stored_ids(socket) == everything
    assert [body for _seq, body, _author in stored_messages()] == everything
    unread = "SELECT last_seq - read_seq FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id"
    assert query(f"{unread} WHERE m.user_id = %s", tutor.id) == [(2 * SOME,)]
