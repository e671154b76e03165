"""A gateway in front of the tests' own function, and clients without rate limits."""

import shutil
from collections.abc import Iterator

import pytest

from local.engines.processes import socket_folder
from shared.kit.settings import settings
from tests.support.gateway_emulator import Emulator, running_emulator


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Turn rate limits off."""
    monkeypatch.setenv("RATE_LIMITS", "off")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[Emulator]:
    folder = socket_folder()
    with running_emulator(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Iterator[Emulator]:
    """A gateway whose function has recorded no events yet."""
    yield shared_emulator
    shared_emulator.function.forget()
