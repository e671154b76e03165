"""Sockets, and a Redis and a PostgreSQL that tests may stop."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.credentials import ReadOnlyCredentials

from functions.migrations.service import upgrade
from local.engines.postgres import start_postgres
from local.engines.processes import Engine, socket_folder
from local.engines.valkey import start_valkey
from shared.kit import redis
from shared.kit.aws import websocket
from shared.kit.db.pool import PooledConnection, close_pool
from tests.conftest import read_settings_again
from tests.support.chat_clients import Chat, Clients
from tests.support.chat_http import Conversation, open_between, open_conversation
from tests.support.people import People
from tools.cloud.management_api import ManagementApi

CREDENTIALS = ReadOnlyCredentials("testing", "testing", None)


@pytest.fixture
def clients(platform: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Sockets behind a management API; `clients.api` can make posts to them fail as gone, or hang."""
    monkeypatch.setattr(websocket._Installed, "pusher", None)
    websocket._gateway_pusher.cache_clear()
    with ManagementApi(CREDENTIALS, "eu-central-1") as api:
        monkeypatch.setenv("WEBSOCKET_ENDPOINT", api.endpoint)
        read_settings_again()
        yield Clients(api)
        websocket._gateway_pusher.cache_clear()


@pytest.fixture
def conversation(people: People) -> Conversation:
    return open_between(people.student(), people.tutor(first_name="Łucja", picture="uploads/user/x.webp"))


@pytest.fixture
def chat(people: People, clients: Clients) -> Chat:
    student, tutor = people.student(), people.tutor(first_name="Łucja", picture="uploads/user/x.webp")
    conversation = open_conversation(student, tutor)
    return Chat(conversation, student, tutor, clients.open(student, conversation), clients.open(tutor, conversation))


@pytest.fixture
def unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a broken connection go unnoticed until it is used."""
    monkeypatch.setattr(PooledConnection, "has_news", lambda _self: False)


class OwnRedis:
    """A Valkey for one test, which can be killed and restarted empty."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.folder, self.sockets = folder, sockets
        self.engine: Engine = start_valkey(folder, sockets)

    def kill(self) -> None:
        """Kill it as `kill -9` does: nothing is saved."""
        self.engine.process.kill()
        self.engine.process.wait()

    def start(self) -> None:
        """Start it again, and reset the circuit breaker."""
        self.engine = start_valkey(self.folder, self.sockets)
        redis._Breaker.resting_until = 0.0


@pytest.fixture
def own_redis(platform: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnRedis]:
    """The platform on a Valkey that this test may kill."""
    sockets = socket_folder()
    own = OwnRedis(tmp_path / "valkey", sockets)
    monkeypatch.setenv("REDIS_URL", own.engine.url)
    use_again: tuple[Callable[[], None], ...] = (read_settings_again, redis.client.cache_clear)
    for clear in use_again:
        clear()
    yield own
    redis.client().close()
    own.engine.stop()
    monkeypatch.undo()
    redis._Breaker.resting_until = 0.0
    for clear in use_again:
        clear()


@pytest.fixture
def mortal_postgres(engines: dict[str, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A separate PostgreSQL server for this test."""
    sockets = socket_folder()
    engine = start_postgres(tmp_path / "postgres", sockets)
    monkeypatch.setenv("DATABASE_URL", engine.url)
    close_pool()
    read_settings_again()
    upgrade()
    yield engine
    monkeypatch.undo()
    close_pool()
    read_settings_again()
    engine.stop()
    shutil.rmtree(sockets, ignore_errors=True)
