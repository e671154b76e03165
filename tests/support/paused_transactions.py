"""Pausing transactions halfway, to see what others do meanwhile and what remains if a transaction never resumes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from shared.kit.settings import settings
from tests.support.lambda_client import Answer
from tests.support.people import Person, query
from tests.support.races import at_once

KEY = 7_270_401
PATIENCE = 20.0


@contextmanager
def gate_after(event: str) -> Iterator[Callable[[], None]]:
    """Make every transaction wait after `event`, such as "DELETE ON sign_in_sessions".

    They wait until the block ends or calls the yielded function.
    """
    with psycopg.connect(settings().database_url, autocommit=True) as keeper:

        def let_go() -> None:
            keeper.execute("SELECT pg_advisory_unlock_all()")

        keeper.execute(
            sql.SQL(
                "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN PERFORM pg_advisory_xact_lock_shared({}); RETURN NULL; END'"
            ).format(KEY)
        )
        trigger = f"CREATE TRIGGER gate AFTER {event} FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()"
        keeper.execute(trigger.encode())
        keeper.execute("SELECT pg_advisory_lock(%s)", (KEY,))
        try:
            yield let_go
        finally:
            let_go()
            keeper.execute("DROP FUNCTION wait_at_gate() CASCADE")


def waiting() -> int:
    """The number of transactions waiting for a lock now."""
    return int(query("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")[0][0])


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.01)


def while_account_goes(person: Person, act: Callable[[], Answer]) -> Answer:
    """What `act` answers if the account that it waits for is being deleted."""
    with psycopg.connect(settings().database_url) as deletion:
        deletion.execute("DELETE FROM users WHERE id = %s", (person.id,))

        def commit() -> None:
            wait_until(lambda: waiting() == 1)
            deletion.commit()

        answers: list[Answer | None] = at_once(act, commit)
    assert answers[0]
    return answers[0]


def kill_the_waiting() -> None:
    """Terminate the connection of the one waiting transaction, as if its process had died."""
    wait_until(lambda: waiting() == 1)
    query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
