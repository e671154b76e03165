"""Two worker processes of the real server, one of which is stopped, killed or replaced during a conversation."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from functions.chat.actions.tickets import create_ticket
from local import sanctions
from local.engines.processes import Engine
from local.gateway.connection_ids import owner_of
from local.gateway.peer_calls import PATIENCE as PEER_PATIENCE
from local.gateway.peer_workers import has_ended, workers
from local.options import Options
from local.stack import SOCKETS_FILE
from shared.domain.limits import FAILURES_PER_ACCOUNT_AND_ADDRESS
from tests.local.test_gateway_pushes import Seat, Talk, audience, open_socket, server_options, talk
from tests.support.gateway_emulator import PATIENCE
from tests.support.local_server import LocalServer, running_server
from tests.support.people import People, Person, query

pytestmark = pytest.mark.proof
__all__ = ["talk"]
# Long enough for another process to start.
LONG = 60.0
KILLED_AT = 50


@pytest.fixture(scope="module")
def processes(engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("processes") / "data", **server_options()) as running:
        yield running


@pytest.fixture
def server(processes: LocalServer) -> LocalServer:
    """A server with two running processes, whatever the previous test did to one of them."""
    wait_for_two(processes)
    return processes


def wait_for_two(server: LocalServer) -> list[int]:
    """The processes, once both are running."""
    folder = Path((server.data / SOCKETS_FILE).read_text())

    def alive() -> list[int]:
        return [each for each in workers(folder) if not has_ended(folder, each)]

    wait_long(lambda: len(alive()) == 2)
    return alive()


@contextmanager
def stopped(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def seats_by_process(seats: list[Seat]) -> list[list[Seat]]:
    first = seats[0].process
    return [[seat for seat in seats if (seat.process == first) is is_first] for is_first in (True, False)]


def open_ids() -> set[str]:
    return {row[0] for row in query("SELECT id FROM connections")}


def wait_long(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def heard_to_the_end(client: ClientConnection) -> list[str]:
    """The events until the server closes the socket."""
    heard = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(str(json.loads(client.recv(PATIENCE))["event"]))
    return heard


def user_socket(server: LocalServer, person: Person) -> AbstractContextManager[ClientConnection]:
    ticket = create_ticket(person.id, person.session_id)
    assert ticket is not None
    address = f"{server.url.replace('http://localhost', 'ws://127.0.0.1')}/ws/user/?ticket={ticket[0]}"
    opening: AbstractContextManager[ClientConnection] = connect(address, compression=None, ping_interval=None)
    return opening


def test_a_stopped_process_delays_nobody_and_its_sockets_get_everything_in_order(
    server: LocalServer, talk: Talk
) -> None:
    with audience(server, talk) as seats:
        here, there = seats_by_process(seats)
        began = time.monotonic()
        with stopped(there[0].process):
            for number in range(5):
                here[0].say(f"{number}")
                assert [seat.heard() for seat in here] == [f"{number}"] * len(here)
            took = time.monotonic() - began
        # At most once per pushing thread: later pushes only check whether it responds again.
        assert took < 2 * PEER_PATIENCE + 2
        for seat in there:
            assert [seat.heard() for _ in range(5)] == [f"{number}" for number in range(5)]
        there[0].say("wracam")
        assert [seat.heard() for seat in seats] == ["wracam"] * len(seats)


def test_a_process_killed_during_a_conversation_delays_nobody_and_is_replaced(server: LocalServer, talk: Talk) -> None:
    with audience(server, talk) as seats:
        here, there = seats_by_process(seats)
        said = len(server.output)
        for number in range(200):
            if number == KILLED_AT:
                os.kill(there[0].process, signal.SIGKILL)
            here[0].say(f"{number}")
            listening = seats if number < KILLED_AT else here
            assert [seat.heard() for seat in listening] == [f"{number}"] * len(listening)
    # Said of every wait that takes PEER_PATIENCE.
    assert "did not answer" not in server.output[said:]
    wait_for_two(server)
    wait_long(lambda: not open_ids())
    with audience(server, talk) as seats:
        assert there[0].process not in {seat.process for seat in seats}
        for speaker in (seats[0], seats[-1]):
            speaker.say("nowe")
            assert [seat.heard() for seat in seats] == ["nowe"] * len(seats)


def test_users_of_a_killed_process_appear_offline_in_another(server: LocalServer, talk: Talk, people: People) -> None:
    student, tutor, conversation = talk
    with ExitStack() as stack:
        watching = stack.enter_context(user_socket(server, tutor))
        [watcher] = open_ids()
        with stopped(owner_of(watcher)):
            stack.enter_context(open_socket(server, conversation, student))
            [other] = open_ids() - {watcher}
        assert owner_of(other) != owner_of(watcher)

        def told() -> bool:
            while (frame := json.loads(watching.recv(LONG)))["event"] != "presence_changed":
                pass
            assert frame["data"]["user"] == str(student.id)
            return bool(frame["data"]["online"])

        assert told()
        os.kill(owner_of(other), signal.SIGKILL)
        assert not told()
        assert open_ids() == {watcher}


def test_signing_out_by_the_operator_closes_sockets_in_both_processes(server: LocalServer, talk: Talk) -> None:
    student, tutor, _conversation = talk
    options = Options(data=str(server.data))
    with audience(server, talk) as seats:
        sanctions.apply(options, os.environ["DATABASE_URL"], "revoke-sessions", student.email, "lost its phone")
        for seat in seats:
            if seat.person is student:
                with pytest.raises(ConnectionClosed):
                    seat.client.recv(PATIENCE)
        staying = [seat for seat in seats if seat.person is tutor]
        staying[0].say("zostaję")
        assert [seat.heard() for seat in staying] == ["zostaję"] * len(staying)


def test_rate_limits_count_over_both_processes(engines: dict[str, Engine], tmp_path: Path, people: People) -> None:
    wrong = {"email": people.student().email, "password": "wrong"}
    tries = FAILURES_PER_ACCOUNT_AND_ADDRESS.count // 2 + 1
    with running_server(tmp_path / "data", **{**server_options(), "RATE_LIMITS": "on"}) as server:
        statuses = []
        for process in wait_for_two(server):
            # The other process answers all of these.
            with stopped(process):
                statuses += [server.call("POST", "/api/token/", json=wrong).status_code for _ in range(tries)]
    assert statuses == [401] * (2 * tries - 2) + [429] * 2


def test_sockets_of_all_processes_are_told_that_the_server_stops(server: LocalServer, talk: Talk) -> None:
    """The last test, because it stops the server."""
    student, _tutor, _conversation = talk
    with ExitStack() as stack:
        clients = [stack.enter_context(user_socket(server, student))]
        first = next(iter(open_ids()))
        with stopped(owner_of(first)):
            clients.append(stack.enter_context(user_socket(server, student)))
        assert len({owner_of(each) for each in open_ids()}) == 2
        server.process.terminate()
        for client in clients:
            assert heard_to_the_end(client)[-1] == "closing"
