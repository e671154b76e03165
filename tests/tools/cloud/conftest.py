"""The platform in cloud mode, for all tests of a file; each begins with an empty one if it asks for `platform`."""

from collections.abc import Iterator

import pytest

from local.engines.processes import Engine
from tests.support.cloud_mode import cloud_mode
from tests.support.people import People
from tools.cloud.stack import Cloud


@pytest.fixture(scope="module")
def cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """With queues and schedules, which call functions by themselves."""
    with cloud_mode(event_sources=True) as running:
        yield running


@pytest.fixture(scope="module")
def quiet_cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """Without them."""
    with cloud_mode(event_sources=False) as running:
        yield running


@pytest.fixture
def people(platform: None, production_hashes: None) -> People:
    """The functions, in processes of their own, hash as in production."""
    return People()
