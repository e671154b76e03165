"""Sockets of dead worker processes are forgotten, and the conversation partners of their users are told."""

import base64
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from functions.chat.actions import presence
from local.engines.processes import socket_folder
from local.gateway.connection_ids import OWNER
from local.gateway.ended_workers import EndedWorkers
from local.gateway.peer_calls import address
from tests.support.people import People, Person, insert, query

# Process ids beyond those of the system; the last one has never listened.
ENDED, BUSY, UNKNOWN = 2**30 + 1, 2**30 + 2, 2**30 + 3


@pytest.fixture
def sockets() -> Iterator[Path]:
    folder = socket_folder()
    with socket.socket(socket.AF_UNIX) as ended, socket.socket(socket.AF_UNIX) as busy:
        ended.bind(str(address(folder, ENDED)))
        busy.bind(str(address(folder, BUSY)))
        busy.listen()
        ended.close()
        yield folder
    shutil.rmtree(folder)


def open_in(process: int, person: Person, number: int = 0) -> str:
    """Add a socket that a process has accepted; returns its id."""
    name = base64.urlsafe_b64encode(OWNER.pack(process) + number.to_bytes(7)).decode()
    values = {"id": name, "user_id": person.id, "session_id": person.session_id, "protocol": 3}
    return str(insert("connections", values))


def test_only_the_sockets_of_an_ended_process_are_forgotten(sockets: Path, people: People) -> None:
    one, other = people.student(email="one@example.com"), people.student(email="other@example.com")
    for number in range(3):
        open_in(ENDED, one, number)
    staying = {open_in(process, other, 9) for process in (BUSY, UNKNOWN, os.getpid())}
    open_in(ENDED, other, 9)
    told: list[tuple[object, int]] = []
    with patch.object(
        presence, "_tell", lambda user_id, *, open_sockets, **_seen: told.append((user_id, open_sockets))
    ):
        for _time in range(2):
            EndedWorkers(sockets)({}, None)
    assert {row[0] for row in query("SELECT id FROM connections")} == staying
    assert sorted(told, key=str) == sorted([(one.id, 0), (other.id, 0)], key=str)
    assert sorted(each.name for each in sockets.iterdir()) == [f"worker-{BUSY}.sock"]
