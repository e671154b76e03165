"""Pushes to many sockets: order, slow readers, and more than one worker process."""

import base64
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from local.engines.processes import Engine
from local.gateway.connection_ids import owner_of
from local.gateway.gathered import PAUSE_SECONDS
from tests.support.booking_rows import insert_booking
from tests.support.gateway_emulator import PATIENCE, Emulator, running_emulator
from tests.support.local_server import LocalServer, running_server
from tests.support.paused_transactions import wait_until
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once

Talk = tuple[Person, Person, UUID]


@pytest.fixture
def emulator(sockets: Path) -> Iterator[Emulator]:
    with running_emulator(sockets) as running:
        yield running


def test_pushes_from_many_threads_all_arrive_in_the_order_of_each_thread(emulator: Emulator) -> None:
    number = 200
    with emulator.connect() as client:
        connection_id = emulator.connection_id()

        def push(name: int) -> None:
            for turn in range(number):
                assert emulator.gateway.post([connection_id], f"{name}-{turn}".encode()) == []

        at_once(*(partial(push, name) for name in range(4)))
        got = [str(client.recv(PATIENCE)) for _ in range(4 * number)]
    for name in range(4):
        assert [each for each in got if each.startswith(f"{name}-")] == [f"{name}-{turn}" for turn in range(number)]


@contextmanager
def silent_reader(emulator: Emulator) -> Iterator[str]:
    """A socket whose client reads nothing after the handshake; its connection id."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", emulator.port))
        key = base64.b64encode(bytes(16)).decode()
        client.sendall(
            f"GET /ws/?token=t HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
        yield emulator.connection_id()


def test_a_reader_that_reads_nothing_is_disconnected_and_the_others_get_everything(emulator: Emulator) -> None:
    """A megabyte is buffered for each reader, in addition to the system's buffers."""
    frame = b"x" * 64 * 1024
    with silent_reader(emulator) as silent_id, emulator.connect() as quick:
        quick_id = emulator.function.wait_for("CONNECT", 2)[1]["requestContext"]["connectionId"]
        for _ in range(200):
            emulator.gateway.post([silent_id, quick_id], frame)
            assert quick.recv(PATIENCE) == frame.decode()
        [event] = emulator.function.wait_for("DISCONNECT")
        assert event["requestContext"]["connectionId"] == silent_id
        assert list(emulator.gateway.sockets) == [quick_id]
        assert emulator.gateway.post([silent_id, quick_id], b"last") == [silent_id]
        assert quick.recv(PATIENCE) == "last"


def test_a_silent_reader_is_closed_at_the_end_of_its_lifetime(sockets: Path) -> None:
    """Its lifetime ends while its buffer is too small to disconnect it."""
    with running_emulator(sockets, idle=4.0, lifetime=1.0) as emulator, silent_reader(emulator) as silent_id:
        for _ in range(60):
            emulator.gateway.post([silent_id], b"x" * 64 * 1024)
        with emulator.connect() as other, pytest.raises(ConnectionClosed):
            other.recv(PATIENCE)
        emulator.function.wait_for("DISCONNECT", 2)


# More than one worker process: the real server


def server_options() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "RATE_LIMITS")}
    return {"DEMO": "0", "WORKERS": "2", **kept}


@pytest.fixture(scope="module")
def server(engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("workers") / "data", **server_options()) as running:
        yield running


@pytest.fixture
def talk(people: People) -> Talk:
    student, tutor = people.student(), people.tutor()
    conversation: UUID = insert("conversations", {"pair": f"{student.id}:{tutor.id}"})
    for person in (student, tutor):
        query("INSERT INTO conversation_members (conversation_id, user_id) VALUES (%s, %s)", conversation, person.id)
    return student, tutor, conversation


def open_socket(server: LocalServer, conversation: UUID, person: Person) -> AbstractContextManager[ClientConnection]:
    address = server.url.replace("http://localhost", "ws://127.0.0.1")
    target = f"{address}/ws/chat/{conversation}/?token={person.access}"
    opening: AbstractContextManager[ClientConnection] = connect(target, compression=None, ping_interval=None)
    return opening


def open_user_socket(server: LocalServer, person: Person) -> AbstractContextManager[ClientConnection]:
    ticket = server.call("POST", "/api/chat/ticket/", token=person.access).json()["ticket"]
    address = f"{server.url.replace('http://localhost', 'ws://127.0.0.1')}/ws/user/?ticket={ticket}"
    opening: AbstractContextManager[ClientConnection] = connect(address, compression=None, ping_interval=None)
    return opening


def hear_until(client: ClientConnection, event: str, field: str, value: int) -> list[dict[str, Any]]:
    """The data of all events of this kind up to the one with this value."""
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1][field] != value:
        frame = json.loads(client.recv(PATIENCE))
        heard += [frame["data"]] if frame["event"] == event else []
    return heard


@dataclass(frozen=True)
class Seat:
    """A client's socket, its user, and the server process that holds it."""

    person: Person
    process: int
    client: ClientConnection

    def say(self, body: str) -> None:
        self.client.send(json.dumps({"event": "chat_message", "data": {"body": body}}))

    def heard(self) -> str:
        """The body of the next message."""
        return str(json.loads(self.client.recv(PATIENCE))["body"])


@contextmanager
def audience(server: LocalServer, talk: Talk) -> Iterator[list[Seat]]:
    """Sockets of both members in both processes."""
    student, tutor, conversation = talk
    known: set[str] = set()

    def sit(person: Person) -> Seat:
        client = stack.enter_context(open_socket(server, conversation, person))
        [new] = {row[0] for row in query("SELECT id FROM connections")} - known
        known.add(new)
        return Seat(person, owner_of(new), client)

    with ExitStack() as stack:
        seats = [sit(person) for person in (student, tutor) * 3]
        # An idle process may accept all connections, so it is stopped meanwhile.
        os.kill(seats[0].process, signal.SIGSTOP)
        try:
            seats += [sit(person) for person in (student, tutor) * 3]
        finally:
            os.kill(seats[0].process, signal.SIGCONT)
        assert len({seat.process for seat in seats}) == 2
        yield seats


def test_a_message_reaches_the_sockets_of_both_processes(server: LocalServer, talk: Talk) -> None:
    with audience(server, talk) as seats:
        for number, speaker in enumerate((seats[0], seats[-1])):
            speaker.say(f"{number}")
            assert [seat.heard() for seat in seats] == [f"{number}"] * len(seats)


def test_unread_counts_are_sent_for_many_messages_together_and_are_right_in_the_end(
    server: LocalServer, talk: Talk
) -> None:
    student, tutor, conversation = talk
    number = 60
    with (
        open_user_socket(server, tutor) as told,
        open_socket(server, conversation, student) as by,
    ):
        began, counts = time.monotonic(), [0]
        for turn in range(number):
            by.send(json.dumps({"event": "chat_message", "data": {"body": f"{turn}"}}))
        while counts[-1] < number:
            frame = json.loads(told.recv(PATIENCE))
            counts += [frame["data"]["unread"]] if frame["event"] == "unread_changed" else []
        took = time.monotonic() - began
        assert [json.loads(by.recv(PATIENCE))["body"] for _ in range(number)][-1] == f"{number - 1}"
    assert counts == sorted(set(counts))
    assert len(counts) <= 3 + took / PAUSE_SECONDS


def test_all_devices_get_the_last_of_many_receipts(server: LocalServer, talk: Talk) -> None:
    student, tutor, conversation = talk
    number = 60
    with (
        open_user_socket(server, tutor) as reading,
        open_user_socket(server, tutor) as other,
        open_user_socket(server, student) as writing,
    ):
        began = time.monotonic()
        for turn in range(1, number + 1):
            said = {"conversation": str(conversation), "body": f"{turn}"}
            writing.send(json.dumps({"event": "chat_message", "data": said}))
            hear_until(reading, "message_stored", "seq", turn)
            read = {"conversation": str(conversation), "seq": turn}
            reading.send(json.dumps({"event": "mark_read", "data": read}))
        counts = hear_until(other, "unread_changed", "read_seq", number)
        told = [each["seq"] for each in hear_until(writing, "read_up_to", "seq", number)]
        took = time.monotonic() - began
    assert counts[-1] == {"conversation": str(conversation), "read_seq": number, "unread": 0, "total": 0}
    assert told == sorted(set(told))
    # Each process sends one at once, and then at most one per pause.
    assert max(len(counts), len(told)) <= 2 * (2 + took / PAUSE_SECONDS)


@pytest.mark.proof
def test_boto3_reaches_the_sockets_of_both_processes(server: LocalServer, talk: Talk) -> None:
    api = boto3.client("apigatewaymanagementapi", endpoint_url=server.url, region_name="eu-central-1")
    with audience(server, talk) as seats:
        ids = [row[0] for row in query("SELECT id FROM connections")]
        # boto3 keeps its connection, so one process gets all these calls, but it has only half of the sockets.
        for connection_id in ids:
            api.post_to_connection(ConnectionId=connection_id, Data=b'{"body":"boto3"}')
            assert api.get_connection(ConnectionId=connection_id)["Identity"]["SourceIp"] == "127.0.0.1"
        assert [seat.heard() for seat in seats] == ["boto3"] * len(seats)
        for connection_id in ids:
            api.delete_connection(ConnectionId=connection_id)
        for seat in seats:
            with pytest.raises(ConnectionClosed):
                seat.client.recv(PATIENCE)
    api.close()


def test_signing_out_closes_sockets_in_both_processes(server: LocalServer, talk: Talk) -> None:
    student, tutor, _conversation = talk
    with audience(server, talk) as seats:
        answer = server.call("POST", "/api/token/logout/", token=student.access, json={"refresh": student.refresh})
        assert answer.status_code == 200
        for seat in seats:
            if seat.person is student:
                with pytest.raises(ConnectionClosed):
                    seat.client.recv(PATIENCE)
        staying = [seat for seat in seats if seat.person is tutor]
        staying[0].say("zostaję")
        assert [seat.heard() for seat in staying] == ["zostaję"] * len(staying)


@pytest.mark.proof
def test_a_booking_change_reaches_the_notification_sockets_of_the_person_concerned(
    server: LocalServer, people: People
) -> None:
    """Sent from the row, by the scheduler of either process."""
    student, tutor = people.student(), people.tutor()
    target = f"{server.url.replace('http://localhost', 'ws://127.0.0.1')}/ws/notification/user/?token={tutor.access}"
    with ExitStack() as stack:
        opened = [stack.enter_context(connect(target, compression=None, ping_interval=None)) for _ in range(6)]
        insert_booking(student, tutor).change("confirmed")
        for client in opened:
            frame = json.loads(client.recv(PATIENCE))
            assert frame["event"] == "notification_created"
            assert frame["data"]["notification"]["message"].startswith("Nowa rezerwacja: Ola Nowak, w środę")
        opened[0].send(json.dumps({"data": {"send_back_unread_notification_count": True}}))
        assert json.loads(opened[0].recv(PATIENCE)) == {"unread_notification_count": 1}


def test_a_killed_process_closes_only_its_own_sockets(server: LocalServer, talk: Talk) -> None:
    """The last test: the server starts another process instead."""
    with audience(server, talk) as seats:
        victim = seats[0].process
        query("UPDATE connections SET connected_at = now() - interval '1 minute'")
        os.kill(victim, signal.SIGKILL)
        for seat in seats:
            if seat.process == victim:
                with pytest.raises(ConnectionClosed):
                    seat.client.recv(PATIENCE)
        staying = [seat for seat in seats if seat.process != victim]
        for body in ("jesteśmy", "nadal"):
            staying[0].say(body)
            assert [seat.heard() for seat in staying] == [body] * len(staying)
        assert {owner_of(row[0]) for row in query("SELECT id FROM connections")} == {staying[0].process}
    wait_until(lambda: "a server process has ended; another was started" in server.output)
    assert f'"pid":{victim},"exit_code":-9' in server.output
