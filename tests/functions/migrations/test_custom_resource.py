"""The migrations function as CloudFormation calls it: the answer is sent to the URL in the request."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy.exc import OperationalError

from functions.migrations import custom_resource, service
from functions.migrations.custom_resource import ResponseNotTaken, respond
from functions.migrations.handler import handler
from local.engines.processes import Engine
from shared.kit.db import pool as kit_database
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.databases import new_database

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


class Bucket(HTTPServer):
    """The server behind a presigned URL; answers with the given statuses in turn, and then repeats the final one."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Put)
        self.statuses = list(statuses) or [200]
        self.taken: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.content_types: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/response?X-Amz-Signature=example"


class _Put(BaseHTTPRequestHandler):
    server: Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.sizes.append(len(body))
        self.server.content_types.append(self.headers["content-type"])
        status = self.server.statuses.pop(0) if len(self.server.statuses) > 1 else self.server.statuses[0]
        if status == 200:
            self.server.taken.append(json.loads(body))
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Tests need no access log."""


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def database(engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Use an empty database as that of the settings."""
    with new_database(engines) as address:
        monkeypatch.setenv("DATABASE_URL", address)
        read_settings_again()
        yield address
    monkeypatch.undo()
    read_settings_again()


def request(bucket: Bucket, **changes: Any) -> dict[str, Any]:
    return {**recorded("migrations_custom_resource", response_url=bucket.url), **changes}


def revision(address: str) -> Any:
    with psycopg.connect(address) as db:
        return db.execute("SELECT version_num FROM alembic_version").fetchall()


def test_an_update_migrates_and_reports_success(bucket: Bucket, database: str) -> None:
    asked = request(bucket)
    assert handler(asked, None) == {"upgraded": True}
    identity = {name: asked[name] for name in ("StackId", "RequestId", "LogicalResourceId", "PhysicalResourceId")}
    assert bucket.taken == [{"Status": "SUCCESS", "Reason": "", **identity}]
    # The signature of the URL covers the content type, and there is none.
    assert bucket.content_types == [""]
    assert len(revision(database)) == 1


def test_a_created_resource_gets_the_fixed_id(bucket: Bucket, database: str) -> None:
    asked = request(bucket, RequestType="Create")
    del asked["PhysicalResourceId"]
    handler(asked, None)
    assert bucket.taken[0]["PhysicalResourceId"] == custom_resource.RESOURCE_ID


def test_deleting_the_stack_does_not_touch_the_database(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", NOWHERE)
    read_settings_again()
    assert handler(request(bucket, RequestType="Delete"), None) == {"upgraded": False}
    assert bucket.taken[0]["Status"] == "SUCCESS"
    monkeypatch.undo()
    read_settings_again()


def test_a_failure_is_reported_and_not_raised(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda would repeat a call that raised, and CloudFormation would wait for an hour."""
    monkeypatch.setenv("DATABASE_URL", NOWHERE)
    read_settings_again()
    assert handler(request(bucket), None) == {"upgraded": False}
    assert bucket.taken[0]["Status"] == "FAILED"
    assert "OperationalError" in bucket.taken[0]["Reason"]
    monkeypatch.undo()
    read_settings_again()


def test_a_database_of_a_newer_release_is_left_unchanged(bucket: Bucket, database: str) -> None:
    """A rollback of the code must not fail because the database stays at the newer release."""
    service.upgrade()
    with psycopg.connect(database) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    assert handler(request(bucket), None) == {"upgraded": False}
    assert bucket.taken[0]["Status"] == "SUCCESS"
    assert revision(database) == [("9999",)]


def test_a_migration_waits_for_the_lock_it_needs(
    bucket: Bucket, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.upgrade()
    waited = []
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")

        def wait(seconds: float) -> None:
            waited.append(seconds)
            holder.rollback()

        monkeypatch.setattr(time, "sleep", wait)
        assert handler(request(bucket), None) == {"upgraded": True}
    assert waited == [service.PAUSE]


@pytest.mark.parametrize("refusal", [LockNotAvailable, DeadlockDetected])
def test_a_migration_that_conflicts_with_requests_is_retried(
    monkeypatch: pytest.MonkeyPatch, refusal: type[psycopg.OperationalError]
) -> None:
    monkeypatch.setattr(service, "PAUSE", 0)
    with patch.object(service, "upgrade", side_effect=[OperationalError("", {}, refusal()), None]) as upgrade:
        assert service.upgrade_beside_traffic()
    assert upgrade.call_count == 2


def test_a_lock_that_is_never_released_fails_the_deploy(
    bucket: Bucket, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.upgrade()
    monkeypatch.setattr(service, "TRIES", 1)
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        handler(request(bucket), None)
    assert bucket.taken[0]["Status"] == "FAILED"
    assert "lock timeout" in bucket.taken[0]["Reason"]


def test_a_long_reason_still_fits_into_a_response(bucket: Bucket) -> None:
    respond(request(bucket), "FAILED", "ż" * 5_000)
    assert bucket.sizes[0] <= 4_096


def test_a_busy_bucket_is_asked_again(bucket: Bucket) -> None:
    bucket.statuses = [503, 200]
    respond(request(bucket), "SUCCESS")
    assert len(bucket.sizes) == 2
    assert len(bucket.taken) == 1


def test_an_expired_url_is_an_error(bucket: Bucket) -> None:
    bucket.statuses = [403]
    with pytest.raises(ResponseNotTaken, match="403"):
        respond(request(bucket), "SUCCESS")


def test_a_url_without_a_server_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom_resource, "TRIES", 0)
    with pytest.raises(ResponseNotTaken):
        respond({**recorded("migrations_custom_resource", response_url="http://127.0.0.1:1/")}, "SUCCESS")


def test_the_login_of_the_database_comes_from_its_secret(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_database, "logins", lambda: iter([{"user": "postgres", "password": "any"}]))
    monkeypatch.setenv("DATABASE_URL", database.replace("postgres@", ""))
    read_settings_again()
    assert handler({}, None) == {"upgraded": True}
    assert len(revision(database)) == 1


def test_the_daily_call_that_keeps_the_function_active_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "upgrade_beside_traffic", None)
    assert handler({"source": "aws.scheduler"}, None) == {"upgraded": False}
