"""A stack whose database is created from a snapshot, as docs/deploy-aws.md describes."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import psycopg
import pytest

from functions.migrations.service import upgrade
from local.demo.accounts import STUDENT, TUTOR
from local.demo.load import load_demo_data
from local.engines.processes import Engine
from shared.kit.db.pool import close_pool
from tests.conftest import read_settings_again
from tests.support.databases import new_database
from tests.support.local_server import free_port
from tools.cloud.stack import Options, running_cloud
from tools.smoke.platform import Person, Platform
from tools.smoke.visit import Visit, visit_platform

PATIENCE = 60.0


def load_demo_into(database: str) -> None:
    close_pool()
    try:
        with patch.dict(os.environ, {"DATABASE_URL": database}):
            read_settings_again()
            upgrade()
            load_demo_data()
            close_pool()
    finally:
        read_settings_again()


@contextmanager
def snapshot_of(database: str) -> Iterator[str]:
    """The URL of a copy; the database may have no connections."""
    [name] = re.findall(r"/(\w+)\?", database)
    elsewhere = database.replace(f"/{name}?", "/postgres?")
    with psycopg.connect(elsewhere, autocommit=True) as db:
        db.execute(f"CREATE DATABASE restored TEMPLATE {name}")
    try:
        yield database.replace(f"/{name}?", "/restored?")
    finally:
        with psycopg.connect(elsewhere, autocommit=True) as db:
            db.execute("DROP DATABASE restored WITH (FORCE)")


@contextmanager
def stack(database: str, cache: str, **parameters: str) -> Iterator[Visit]:
    """A smoke visit to a stack on these engines, deployed with these parameters."""
    options = Options({"DATABASE_URL": database, "REDIS_URL": cache}, parameters=parameters)
    with running_cloud(options, free_port()) as cloud:
        student, tutor = (Person(each.email, each.password) for each in (STUDENT, TUTOR))
        yield Visit(Platform(cloud.url, PATIENCE), student, tutor)


def messages(visit: Visit) -> list[str]:
    """The messages of the conversation as the student reads them."""
    visit.sign_in(visit.student)
    visit.sign_in(visit.tutor)
    visit.open_conversation()
    found = visit.platform.call("GET", f"/api/chat/conversation_detail/{visit.conversation}/", visit.student)
    return [message["body"] for message in found]


def failures(visit: Visit) -> list[str]:
    return [f"{each.name}: {each.problem}" for each in visit_platform(visit, PATIENCE) if not each.worked]


@pytest.mark.proof
def test_a_restored_stack_has_the_data_of_the_snapshot_and_works(engines: dict[str, Engine]) -> None:
    cache = engines["valkey"].url
    with new_database(engines) as live:
        load_demo_into(live)
        with snapshot_of(live) as restored:
            with stack(live, f"{cache}?db=1") as visit:
                before = messages(visit)
                assert failures(visit) == []
                assert messages(visit) == [*before, "Smoke test"]
            with stack(restored, f"{cache}?db=2", DatabaseSnapshot="before-friday") as visit:
                assert messages(visit) == before
                assert failures(visit) == []
                assert messages(visit) == [*before, "Smoke test"]
