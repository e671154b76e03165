"""The platform in cloud mode, shared by the tests of a file; tests that request `platform` start with it empty."""

from collections.abc import Iterator

import pytest

from local.engines.processes import Engine
from tests.support.cloud_mode import cloud_mode
from tests.support.people import People
from tools.cloud.stack import Cloud


@pytest.fixture(scope="module")
def cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """Cloud mode with queues and schedules, which call functions by themselves."""
    with cloud_mode(event_sources=True) as running:
        yield running


@pytest.fixture(scope="module")
def quiet_cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """Cloud mode without queues and schedules."""
    with cloud_mode(event_sources=False) as running:
        yield running


@pytest.fixture
def people(platform: None, production_hashes: None) -> People:
    """Accounts with production hashes: the functions run in processes of their own, which use those."""
    return People()
