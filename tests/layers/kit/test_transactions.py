"""Retries of transactions, and constraints that stand for errors."""

from functools import partial
from uuid import UUID

import psycopg
import pytest

from shared.kit.db.idempotency_keys import IdempotencyKey, claim_key
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate, constraint_errors, run_transaction
from shared.kit.errors import NotFound, Unavailable
from tests.support.people import People, query

NOBODY = IdempotencyKey(UUID(int=1), "a", b"")


@pytest.fixture
def key(people: People) -> IdempotencyKey:
    return IdempotencyKey(people.student().id, "a", b"")


def claimed() -> int:
    return int(query("SELECT count(*) FROM idempotency_keys")[0][0])


def test_an_action_runs_again_after_a_concurrent_update(key: IdempotencyKey) -> None:
    attempts: list[bool] = []

    def act(db: PooledConnection) -> int:
        attempts.append(claim_key(db, key))
        if len(attempts) < 3:
            raise ConcurrentUpdate
        return len(attempts)

    assert run_transaction(act) == 3
    assert (attempts, claimed()) == ([True, True, True], 1)


@pytest.mark.parametrize(("error", "becomes"), [(ConcurrentUpdate, Unavailable), (NotFound, NotFound)])
def test_a_failed_action_leaves_nothing(key: IdempotencyKey, error: type[Exception], becomes: type[Exception]) -> None:
    def act(db: PooledConnection) -> None:
        claim_key(db, key)
        raise error

    with pytest.raises(becomes):
        run_transaction(act)
    assert claimed() == 0


def test_a_violated_constraint_becomes_the_error_it_stands_for(platform: None) -> None:
    act = partial(claim_key, key=NOBODY)
    with pytest.raises(NotFound), constraint_errors({"idempotency_keys_user_id_fkey": NotFound}):
        run_transaction(act)
    with pytest.raises(psycopg.IntegrityError), constraint_errors({"another": NotFound}):
        run_transaction(act)
