"""Starts that end before the server serves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.local.servers import ROOT, assert_end, children, environment, free_port, running_server

PATIENCE = 30.0


@contextmanager
def starting(data: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with data.with_suffix(".log").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env=environment(DATA=str(data), PORT=str(free_port()), DEMO="0"),
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.002)


def test_a_database_folder_that_was_half_made_is_made_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with starting(data) as process:
        # One of the first files of a cluster.
        wait_for(lambda: any(data.glob("postgres*/PG_VERSION")))
        running = children(process.pid)
        process.kill()
        assert_end(running)
    with running_server(data, DEMO="0") as server:
        assert server.call("GET", "/health").status_code == 200


def test_ctrl_c_while_modules_are_read_ends_it_without_a_word(tmp_path: Path) -> None:
    with starting(tmp_path / "data") as process:
        wait_for(lambda: "psycopg_binary" in Path(f"/proc/{process.pid}/maps").read_text())
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("data.log", "")]
