"""Real local servers."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local.engines.processes import socket_folder
from tests.support.local_server import LocalServer, running_server

FirstFolder = Callable[[str], Path]


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A folder for the UNIX sockets of worker processes."""
    folder = socket_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def first_folder(tmp_path_factory: pytest.TempPathFactory) -> FirstFolder:
    """The data folder after a first start with DEMO=0 or DEMO=1, stopped again; created once for all test processes."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(demo: str) -> Path:
        made = shared / f"first-start-{demo}"
        with (shared / f"{made.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                new = shared / f"new-{demo}"
                with running_server(new, DEMO=demo) as server:
                    assert server.stop() == 0
                new.rename(made)
        return made

    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[LocalServer]:
    """One server with demo data for all tests of this process, with raised booking limits as they share its users."""
    data = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(first_folder("1"), data)
    with running_server(data, BOOKING_CHANGES_PER_HOUR="1000", BOOKING_CHANGES_PER_PAIR="1000") as started:
        yield started


@pytest.fixture
def start_server(tmp_path: Path, first_folder: FirstFolder) -> Iterator[Callable[..., LocalServer]]:
    """Starts servers for one test: `start_server(DEMO="0")`, `start_server(folder, PORT="…")`.

    A missing data folder is created as a copy of one from an earlier first start.
    """
    with ExitStack() as stack:

        def start(data: Path = tmp_path / "data", **options: str) -> LocalServer:
            if not data.exists():
                shutil.copytree(first_folder(options.get("DEMO", "1")), data)
            return stack.enter_context(running_server(data, **options))

        yield start
