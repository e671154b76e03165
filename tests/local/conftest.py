"""Real local servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.local.servers import LocalServer, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One server with demo data for all tests of this process."""
    with running_server(tmp_path_factory.mktemp("server") / "data") as started:
        yield started


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., LocalServer]]:
    """Starts servers of the test's own: `start_server(DEMO="0")`, `start_server(folder, PORT="…")`."""
    with ExitStack() as stack:

        def start(data: Path = tmp_path / "data", **options: str) -> LocalServer:
            return stack.enter_context(running_server(data, **options))

        yield start
