"""Starts that end before the server serves."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.local_server import LocalServer, assert_end, children, running_server, start
from tests.support.paused_transactions import wait_until


@contextmanager
def ended(server: LocalServer) -> Iterator["subprocess.Popen[bytes]"]:
    """The server's process, which is killed in the end."""
    try:
        yield server.process
    finally:
        server.process.kill()
        server.process.wait()


@pytest.mark.proof
def test_a_partially_created_database_folder_is_recreated(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ended(start(data, DEMO="0")) as process:
        # One of the first files of a cluster.
        wait_until(lambda: any(data.glob("postgres*/PG_VERSION")))
        running = children(process.pid)
        process.kill()
        assert_end(running)
    with running_server(data, DEMO="0") as server:
        assert server.call("GET", "/health").status_code == 200


def test_ctrl_c_during_imports_stops_silently(tmp_path: Path) -> None:
    with ended(start(tmp_path / "data", DEMO="0")) as process:
        wait_until(lambda: "psycopg_binary" in Path(f"/proc/{process.pid}/maps").read_text())
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("data.log", "")]
