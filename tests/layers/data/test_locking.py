"""Statements that lock many rows do so in the order of ids, or skip locked rows, so that no deadlock occurs."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest

from functions.chat.data.connections import claim_idle_connections
from functions.mail.repository import delete_old
from functions.notifications.data.notifications import mark_all_read
from shared.data.connections import forget_gone
from shared.domain.sign_in_sessions import end_sessions
from shared.kit.db.transactions import transaction
from shared.kit.settings import settings
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import People, Person, insert, query
from tests.support.races import PATIENCE

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture
def student(people: People) -> Person:
    return people.student()


@contextmanager
def first_of(table: str, key: str = "id") -> Iterator[tuple[psycopg.Connection[Any], Any]]:
    """Lock the row with the lowest key in another transaction."""
    with psycopg.connect(settings().database_url) as keeper:
        lowest = f"SELECT {key} FROM {table} ORDER BY 1 LIMIT 1 FOR UPDATE"
        yield keeper, keeper.execute(lowest.encode()).fetchall()[0][0]
        keeper.rollback()


def sign_out_everywhere(person: Person) -> None:
    with transaction() as db:
        end_sessions(db, person.id)


@pytest.mark.parametrize(
    ("table", "columns", "values", "act"),
    [
        ("notifications", "kind, message", ("booking_booked", "Zdanie."), lambda person: mark_all_read(person.id)),
        ("sign_in_sessions", "expires_at", ("2100-01-01T00:00:00Z",), sign_out_everywhere),
    ],
)
def test_rows_are_locked_in_the_order_of_ids(
    student: Person, table: str, columns: str, values: tuple[str, ...], act: Callable[[Person], None]
) -> None:
    places = ", ".join(["%s"] * len(values))
    row = f"INSERT INTO {table} (id, user_id, {columns}) OVERRIDING SYSTEM VALUE VALUES (%s, %s, {places})"
    for number in (3, 2, 1):
        query(row, number if table == "notifications" else UUID(int=number), student.id, *values)
    with ThreadPoolExecutor(1) as threads, first_of(table) as (keeper, _first):
        acted = threads.submit(act, student)
        wait_until(lambda: waiting() == 1)
        free = keeper.execute(f"SELECT FROM {table} FOR UPDATE SKIP LOCKED".encode()).fetchall()
        assert len(free) == query(f"SELECT count(*) FROM {table}")[0][0]
        keeper.rollback()
        acted.result(PATIENCE)


def open_sockets(student: Person) -> None:
    for each in "cba":
        row = {"id": each, "user_id": student.id, "session_id": student.session_id}
        insert("connections", row | {"connected_at": LONG_AGO, "touched_at": LONG_AGO})


def test_a_locked_idle_socket_is_skipped(student: Person) -> None:
    open_sockets(student)
    with first_of("connections"):
        assert sorted(claim_idle_connections(300)) == ["b", "c"]
    assert claim_idle_connections(300) == ["a"]


def test_a_locked_gone_socket_is_skipped(student: Person) -> None:
    open_sockets(student)
    forget = partial(forget_gone, ["c", "b", "a"])
    with first_of("connections"):
        forget()
    assert query("SELECT id FROM connections") == [("a",)]
    forget()
    assert query("SELECT id FROM connections") == []


def test_locked_expired_rows_are_skipped(people: People) -> None:
    student, other = people.student(), people.student()
    query("UPDATE sign_in_sessions SET expires_at = %s", LONG_AGO)
    for person, token in ((student, b"a"), (other, b"b")):
        values = (token, person.id, "reset", LONG_AGO)
        query("INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at) VALUES (%s, %s, %s, %s)", *values)
    with first_of("sign_in_sessions") as (_, session), first_of("email_tokens", "token_hash") as (_, token):
        delete_old()
    assert query("SELECT id FROM sign_in_sessions") == [(session,)]
    assert query("SELECT token_hash FROM email_tokens") == [(token,)]
    delete_old()
    assert query("SELECT id FROM sign_in_sessions") == query("SELECT token_hash FROM email_tokens") == []
