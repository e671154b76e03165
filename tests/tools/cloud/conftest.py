"""The platform in cloud mode on the engines of this test process."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from functions.migrations.repository import let_in
from local.engines import Engine
from shared.kit.db.transactions import transaction
from tests.conftest import SECRET, read_settings_again
from tests.support.local_server import free_port
from tests.support.people import People
from tools.cloud.stack import Cloud, Options, running_cloud


@pytest.fixture(scope="module")
def cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """One for all tests of a file; each begins with an empty platform if it asks for `platform`."""
    with _cloud(event_sources=True) as running:
        yield running


@pytest.fixture(scope="module")
def quiet_cloud(engines: dict[str, Engine]) -> Iterator[Cloud]:
    """The same without queues and schedules that call functions by themselves."""
    with _cloud(event_sources=False) as running:
        yield running


@pytest.fixture
def people(platform: None, production_hashes: None) -> People:
    """The functions, in processes of their own, hash as in production."""
    return People()


@contextmanager
def _cloud(*, event_sources: bool) -> Iterator[Cloud]:
    environment = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    # A sender's frames may come up to so many seconds late.
    options = Options(environment, jitter=0.02, deploy=False, event_sources=event_sources, copies=False)
    with running_cloud(options, free_port()) as running:
        # The tests sign their people in with the functions' key.
        os.environ["JWT_SECRET"] = running.secret("JWT_SECRET_ARN")
        read_settings_again()
        # The database is migrated already; what is left of a deploy is the role of the functions.
        login = json.loads(running.secret("FUNCTIONS_SECRET_ARN"))
        with transaction() as db:
            let_in(db, login["username"], login["password"])
        try:
            yield running
        finally:
            os.environ["JWT_SECRET"] = SECRET
            read_settings_again()
