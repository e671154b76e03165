"""Several statements in one round trip answer as if sent separately, and fail with the first error."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from shared.kit.db import turns
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query
from shared.kit.db.transactions import run_transaction, transaction
from shared.kit.db.turns import Call, in_one_turn
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import query


@dataclass(frozen=True, slots=True)
class Values:
    number: int | None
    at: datetime
    person: UUID
    text: str


VALUES = Query(Values, "SELECT %(number)s::int, %(at)s::timestamptz, %(person)s::uuid, %(text)s::text")
NUMBERS = Query(int, "SELECT generate_series(1, %s)")
SAID: dict[str, Any] = {
    "number": None,
    "at": datetime(2035, 1, 8, tzinfo=UTC),
    "person": UUID(int=7),
    "text": "100% żółw",
}
KEY = 7_310_001


def test_each_statement_returns_its_rows(platform: None) -> None:
    with connection() as db:
        for number in (None, 5, 5_000_000):
            said = {**SAID, "number": number}
            calls = Call(NUMBERS, (2,)), Call(Command("SELECT 1")), Call(VALUES, said), Call(NUMBERS, (0,))
            assert in_one_turn(db, *calls) == [[1, 2], [], [Values(**said)], []]
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_each_statement_sees_what_was_committed_before_it_started(platform: None) -> None:
    """A statement that waits for a lock does not hide the changes of the lock's owner from the next ones."""
    lock, count = Command("SELECT pg_advisory_xact_lock(%s)"), Query(int, "SELECT count(*) FROM idempotency_keys")
    found: list[list[list[int]]] = []

    def look() -> None:
        with transaction() as db:
            found.append(in_one_turn(db, Call(count), Call(lock, (KEY,)), Call(count)))

    with psycopg.connect(settings().database_url) as owner:
        owner.execute("SELECT pg_advisory_xact_lock(%s)", (KEY,))
        thread = threading.Thread(target=look)
        thread.start()
        wait_until(lambda: waiting() == 1)
        person = "INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), 'a@b.pl', '') RETURNING id"
        owner.execute(
            "INSERT INTO idempotency_keys (user_id, key, request_hash) VALUES (%s, 'a', '')",
            owner.execute(person).fetchone(),
        )
    thread.join()
    assert found == [[[0], [], [1]]]


def test_the_first_failure_is_raised_and_later_statements_do_not_run(platform: None) -> None:
    divide, forget = Query(int, "SELECT 1 / %s::int"), Command("DELETE FROM tutors WHERE id = %s")
    with connection() as db:
        for _ in range(2):
            with pytest.raises(psycopg.errors.DivisionByZero):
                in_one_turn(db, Call(NUMBERS, (1,)), Call(divide, (0,)), Call(NUMBERS, (1,)), Call(forget, (1,)))
        assert in_one_turn(db, Call(divide, (1,))) == [[1]]


def test_a_broken_connection_is_an_operational_error(platform: None) -> None:
    with connection() as db:
        query("SELECT pg_terminate_backend(%s)", db.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            in_one_turn(db, Call(NUMBERS, (1,)))
    with connection() as db:
        assert in_one_turn(db, Call(NUMBERS, (1,))) == [[1]]


def test_a_broken_transaction_raises_the_cause(platform: None) -> None:
    def break_it() -> None:
        with transaction() as db:
            query("SELECT pg_terminate_backend(%s)", db.info.backend_pid)
            in_one_turn(db, Call(NUMBERS, (1,)))

    with pytest.raises(psycopg.OperationalError, match="terminat"):
        break_it()


def test_statements_that_the_server_forgot_are_prepared_again(platform: None) -> None:
    attempts: list[int] = []

    def act(db: PooledConnection) -> list[list[int]]:
        attempts.append(1)
        return in_one_turn(db, Call(NUMBERS, (1,)), Call(NUMBERS, (2,)))

    with connection() as db:
        act(db)
        db.execute("DEALLOCATE ALL")
    assert run_transaction(act) == [[1], [1, 2]]
    assert len(attempts) == 3


def test_nothing_is_prepared_or_sent_together_if_that_is_disabled(
    platform: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDS Proxy pins a connection with prepared statements, and its treatment of pipelines is undocumented."""
    monkeypatch.setenv("DATABASE_PREPARE", "false")
    read_settings_again()
    divide = Query(int, "SELECT 1 / %s::int")
    with connection() as db:
        db.execute("DEALLOCATE ALL")
        with monkeypatch.context() as patched:
            patched.setattr(turns, "_results", None)
            assert in_one_turn(db, Call(NUMBERS, (1,)), Call(VALUES, SAID)) == [[1], [Values(**SAID)]]
            with pytest.raises(psycopg.errors.DivisionByZero):
                in_one_turn(db, Call(divide, (0,)), Call(NUMBERS, (1,)))
        assert db.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
