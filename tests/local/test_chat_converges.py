"""Two people write, edit and read while connections break and worker processes die: both end with the same messages."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.engines.processes import Engine
from local.gateway.connection_ids import owner_of
from tests.local.test_gateway_pushes import server_options
from tests.support.chat_device import Device, cut_at_random
from tests.support.conversations import add_conversation, stored_messages
from tests.support.local_server import LocalServer, is_running, running_server
from tests.support.people import People, Person, query


@pytest.fixture(scope="module")
def server(engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("converging") / "data", **server_options()) as running:
        yield running


def kill_workers(until: threading.Event, seconds: float, killed: list[int]) -> None:
    """Kill a process that has sockets, every `seconds`."""
    while not until.wait(seconds):
        owners = {owner_of(row[0]) for row in query("SELECT id FROM connections")}
        for owner in [each for each in owners if is_running(each)][:1]:
            os.kill(owner, signal.SIGKILL)
            killed.append(owner)


def unread(server: LocalServer, person: Person) -> tuple[int, int]:
    """The number of unread messages by the API, and by the rows."""
    answer = server.call("GET", "/api/chat/me/conversations/", token=person.access).json()
    counted = query(
        "SELECT count(*) FROM messages m JOIN conversation_members c USING (conversation_id)"
        " WHERE c.user_id = %s AND m.created_by <> c.user_id AND m.seq > c.read_seq",
        person.id,
    )
    return answer["results"][0]["unread"], counted[0][0]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("number", "pause", "kills"),
    [(1_000, 0.01, 3), pytest.param(5_000, 0.02, 20, marks=[pytest.mark.long, pytest.mark.timeout(1700)])],
)
def test_both_devices_end_with_the_same_messages_in_the_same_order(
    server: LocalServer, people: People, number: int, pause: float, kills: float
) -> None:
    student, tutor = people.student(), people.tutor()
    conversation = add_conversation(student, tutor)
    devices = [Device(server, person, conversation, seed) for seed, person in enumerate((student, tutor))]
    bodies = [[f"{name} {turn}" for turn in range(number)] for name in ("Ola", "Adam")]
    ended, killed = threading.Event(), list[int]()
    breaking = [
        threading.Thread(target=cut_at_random, args=(devices, ended, 1)),
        threading.Thread(target=kill_workers, args=(ended, kills, killed)),
    ]
    for each in breaking:
        each.start()
    with ThreadPoolExecutor(2) as writing:
        said = [writing.submit(device.say, texts, pause) for device, texts in zip(devices, bodies, strict=True)]
    assert [each.exception() for each in said] == [None, None]
    ended.set()
    for each in breaking:
        each.join()
    for device in devices:
        device.catch_up()
    stored = {seq: body for seq, body, _author in stored_messages()}
    assert sorted(stored) == list(range(1, 2 * number + 1))
    assert sorted(body.split("!")[0] for body in stored.values()) == sorted(bodies[0] + bodies[1])
    assert [device.messages == stored for device in devices] == [True, True]
    assert killed
    assert all(device.reconnects for device in devices)
    for person in (student, tutor):
        by_api, by_rows = unread(server, person)
        assert by_api == min(by_rows, 1_000)
