"""Statements that take too long: PostgreSQL cancels them, the answer is 503, and their connection still works."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from functions.tutors.handler import handler as tutors
from local.features import ROUTERS
from local.loop_steps import LoopSteps
from shared.kit.db.libpq import Prepared
from shared.kit.db.pool import PooledConnection, close_pool, connection
from shared.kit.db.query import Query
from shared.kit.db.transactions import transaction
from shared.kit.db.turns import Call, in_one_turn
from shared.kit.http import responses
from shared.kit.http.app import http_app
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.asgi_client import AsgiClient
from tests.support.booking_client import at, book, free_tutor
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, query

SKILLS = "/api/user/tutor/skills/"
NUMBER = 8_140_233
# These statements take longer than any test.
SLEEP, PREPARED = Query(str, "SELECT pg_sleep(9999)::text"), Prepared("SELECT pg_sleep($1::float8)")
WAIT = Query(str, f"SELECT pg_advisory_xact_lock({NUMBER})::text")
LOCK_TUTOR = "SELECT pg_advisory_lock(hashtextextended('time of ' || %s::uuid, 0))"
Configure = Callable[..., None]


@pytest.fixture
def configure(platform: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Return a function that gives this test a new pool with other settings."""

    def set_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        close_pool()
        read_settings_again()

    yield set_variables
    monkeypatch.undo()
    close_pool()
    read_settings_again()


def address(options: str) -> str:
    return f"{settings().database_url}&options={quote(options)}"


def shown(db: psycopg.Connection[Any], name: str = "statement_timeout") -> str:
    return str((db.execute(f"SHOW {name}").fetchone() or ("",))[0])


def test_connections_of_the_pool_have_the_limit_and_those_of_migrations_none(configure: Configure) -> None:
    configure(DATABASE_STATEMENT_SECONDS="7")
    with connection() as db:
        assert shown(db) == "7s"
    with PooledConnection.connect(settings().database_url) as db:
        assert shown(db) == "0"


def test_by_default_a_function_on_aws_has_time_to_answer(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_STATEMENT_SECONDS")
    configure()
    with connection() as db:
        assert shown(db) == "15s"


def test_options_of_the_address_are_kept_and_take_precedence(configure: Configure) -> None:
    configure(DATABASE_URL=address("-c statement_timeout=8s -c application_name=ours"))
    with connection() as db:
        assert (shown(db), shown(db, "application_name")) == ("8s", "ours")


def test_a_proxy_gets_no_options(configure: Configure) -> None:
    configure(DATABASE_PREPARE="off", DATABASE_STATEMENT_SECONDS="7")
    with connection() as db:
        assert shown(db) == "0"


def sleep(db: PooledConnection) -> object:
    return SLEEP.one(db)


def sleep_prepared(db: PooledConnection) -> object:
    return PREPARED.fetch_all(db, "9999")


def sleep_in_one_turn(db: PooledConnection) -> object:
    return in_one_turn(db, Call(SLEEP), Call(SLEEP))


def wait_for_a_lock(db: PooledConnection) -> object:
    return WAIT.one(db)


@pytest.mark.parametrize("linger", [sleep, sleep_prepared, sleep_in_one_turn, wait_for_a_lock])
def test_a_statement_that_takes_too_long_is_cancelled_and_its_transaction_rolled_back(
    configure: Configure, linger: Callable[[PooledConnection], object]
) -> None:
    def add_and_linger() -> None:
        with transaction() as db:
            db.execute("INSERT INTO skills (name) VALUES ('Esperanto')")
            # Only for this transaction: the statements before and after it have time on a busy machine.
            db.execute("SET LOCAL statement_timeout = '200ms'")
            linger(db)

    configure(DATABASE_POOL="1")
    [(process,)] = query("SELECT pg_backend_pid()")
    with psycopg.connect(settings().database_url) as keeper:
        keeper.execute(f"SELECT pg_advisory_xact_lock({NUMBER})")
        with pytest.raises(psycopg.errors.QueryCanceled):
            add_and_linger()
    assert query("SELECT pg_backend_pid(), count(*) FROM skills WHERE name = 'Esperanto'") == [(process, 0)]


def test_without_a_limit_a_statement_of_any_length_ends_by_itself(configure: Configure) -> None:
    configure(DATABASE_STATEMENT_SECONDS="0")
    with connection() as db:
        assert PREPARED.fetch_all(db, "0.3") == [("",)]
    configure(DATABASE_URL=address("-c statement_timeout=200ms"))
    with pytest.raises(psycopg.errors.QueryCanceled), connection() as db:
        PREPARED.fetch_all(db, "9999")


def read_from_function() -> tuple[int, Any, str | None]:
    answer = LambdaClient(tutors)("GET", SKILLS)
    return answer.status, answer.json, answer.headers.get("retry-after")


def read_locally() -> tuple[int, Any, str | None]:
    answer = AsgiClient(http_app(*ROUTERS, on_loop=LoopSteps().take)).get(SKILLS)
    return answer.status_code, answer.json(), answer.headers.get("retry-after")


@pytest.mark.parametrize("read", [read_from_function, read_locally])
def test_a_read_that_takes_too_long_is_a_503(
    configure: Configure, read: Callable[[], tuple[int, Any, str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[None] = []
    monkeypatch.setattr(responses, "drop_broken_connections", lambda: checks.append(None))
    configure(DATABASE_POOL="1")
    # Locally the second read is sent by the event loop, because its statement is then prepared.
    assert [read()[0] for _ in range(2)] == [200, 200]
    with connection() as db:
        db.execute("SET statement_timeout = '200ms'")
    with psycopg.connect(settings().database_url) as keeper:
        keeper.execute("LOCK TABLE skills")
        status, body, retry_after = read()
    assert (status, body["code"], retry_after) == (503, "unavailable", "5")
    # The event loop must not wait for a check of the other connections, and none is broken.
    assert checks == []


def test_a_booking_that_waits_too_long_for_a_lock_is_a_503_and_leaves_nothing(
    people: People, configure: Configure
) -> None:
    tutor, student, own = free_tutor(people), people.student(), settings().database_url
    with psycopg.connect(own, autocommit=True) as keeper:
        keeper.execute(LOCK_TUTOR, (tutor.id,))
        configure(DATABASE_URL=address("-c statement_timeout=200ms"))
        refused = book(student, tutor, at(10), key="a")
    configure(DATABASE_URL=own)
    assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "unavailable", "5")
    assert query("SELECT count(*) FROM bookings") == [(0,)]
    assert book(student, tutor, at(10), key="a").status == 201
