"""Deadlocks, and the order of locks that prevents them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg

from shared.kit.settings import settings
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import Person, query
from tests.support.races import at_once

T = TypeVar("T")


def while_account_is_locked(person: Person, act: Callable[[], T], rows: str, lock: str = "UPDATE") -> T:
    """What `act` returns that waits for a person's account, which is locked FOR `lock`.

    Asserts that it holds none of `rows`, a SELECT, while it waits: a suspension or a deletion goes on to lock them.
    """
    with psycopg.connect(settings().database_url) as deletion:
        deletion.execute(f"SELECT FROM users WHERE id = %s FOR {lock}".encode(), (person.id,))

        def go_on() -> None:
            wait_until(lambda: waiting() == 1)
            deletion.execute(f"{rows} FOR UPDATE NOWAIT".encode())
            deletion.rollback()

        answers: list[T | None] = at_once(act, go_on)
    assert answers[0] is not None
    return answers[0]


@contextmanager
def deadlock_at_first(event: str) -> Iterator[None]:
    """Let `event`, such as "DELETE ON users", fail once as in a deadlock; after that it succeeds."""
    query("CREATE SEQUENCE attempts")
    query("""
        CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('attempts') = 1 THEN
                RAISE deadlock_detected;
            END IF;
            RETURN NULL;
        END $$
    """)
    query(f"CREATE TRIGGER fail_once AFTER {event} FOR EACH STATEMENT EXECUTE FUNCTION fail_once()")
    try:
        yield
        assert query("SELECT last_value > 1 FROM attempts") == [(True,)]
    finally:
        query("DROP FUNCTION fail_once() CASCADE")
        query("DROP SEQUENCE attempts")
