"""Closing the terminal in which a server was started."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.local.test_run import command
from tests.support.local_server import LocalServer, assert_end, children, running_server


@contextmanager
def started_with(action: signal.Handlers) -> Iterator[None]:
    """Set how a server started in the block treats SIGHUP, however these tests were started."""
    before = signal.signal(signal.SIGHUP, action)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def processes(server: LocalServer) -> list[int]:
    """The server's own processes; those of the database come and go."""
    running = [server.process.pid, *children(server.process.pid)]
    return [each for each in running if command(each).startswith("python")]


def hang_up(server: LocalServer) -> list[int]:
    """Do what the system does when a window is closed; returns all processes that ran until then."""
    running = processes(server)
    for each in running:
        with suppress(ProcessLookupError):  # the server has stopped it meanwhile
            os.kill(each, signal.SIGHUP)
    return running


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.proof)])
def test_closing_the_terminal_stops_a_server_as_ctrl_c_does(tmp_path: Path, workers: str) -> None:
    with (
        started_with(signal.SIG_DFL),
        running_server(tmp_path / "data", DEMO="0", WORKERS=workers) as server,
    ):
        running = hang_up(server)
        assert server.process.wait(30) == 0
    assert_end(running)
    assert server.output.endswith("\nStopped.\n")
    assert "database system is shut down" in (server.data / "postgres.log").read_text()


@pytest.mark.proof
@pytest.mark.parametrize("workers", ["1", "2"])
def test_under_nohup_a_server_keeps_running(tmp_path: Path, workers: str) -> None:
    with (
        started_with(signal.SIG_IGN),
        running_server(tmp_path / "data", DEMO="0", WORKERS=workers) as server,
    ):
        running = hang_up(server)
        assert server.call("GET", "/health").json()["status"] == "ok"
        assert processes(server) == running
        assert server.terminate() == 0
