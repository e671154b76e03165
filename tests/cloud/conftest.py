"""The platform in cloud mode on the engines of this test process."""

import os
from collections.abc import Iterator

import pytest

from local.engines import Engine
from tests.cloud.cloud import Cloud, Options, running_cloud
from tests.conftest import SECRET, read_settings_again
from tests.local.servers import free_port


@pytest.fixture(scope="module")
def cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """One for all tests of a file; each begins with an empty platform if it asks for `platform`."""
    environment = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    # A sender's frames may come up to so many seconds late.
    with running_cloud(Options(environment, jitter=0.02, migrate=False), free_port()) as running:
        # The tests sign their people in with the functions' key.
        os.environ["JWT_SECRET"] = running.secret("JWT_SECRET_ARN")
        read_settings_again()
        yield running
    os.environ["JWT_SECRET"] = SECRET
    read_settings_again()
