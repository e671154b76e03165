"""Concurrent changes of addresses, with counter-tests without the protection."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from functions.accounts.email_changes import repository
from functions.accounts.handler import handler
from shared.kit.db.pool import PooledConnection
from tests.functions.accounts.test_races import register
from tests.support.email_changes import changed, confirm, mailed_link, request_change, revoke
from tests.support.lambda_client import LambdaClient
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import People, Person, query
from tests.support.races import at_once

call = LambdaClient(handler)
CROWD = 5
NEW = "wanted@example.com"
ROUNDS = pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.proof)])


def tokens_for(crowd: list[Person], email: str) -> list[str]:
    tokens = []
    for person in crowd:
        request_change(person, email)
        tokens.append(mailed_link(email))
    return tokens


def confirm_at_once(people: People, email: str) -> list[int]:
    """Return the statuses of several accounts that confirm one address at once."""
    tokens = tokens_for([people.student() for _ in range(CROWD)], email)
    return sorted(answer.status for answer in at_once(*(partial(confirm, token) for token in tokens)))


@ROUNDS
def test_exactly_one_of_the_accounts_that_confirm_an_address_at_once_gets_it(people: People, rounds: int) -> None:
    for number in range(rounds):
        assert confirm_at_once(people, f"{number}{NEW}") == [200] + [409] * (CROWD - 1)
    assert query("SELECT count(*), count(DISTINCT lower(email)) FROM users") == [(CROWD * rounds, CROWD * rounds)]


@pytest.fixture
def without(request: pytest.FixtureRequest, platform: None) -> Iterator[None]:
    """Remove the named protection from the database, and restore it afterwards."""
    taken, made_again = request.param
    query(taken)
    yield
    query("TRUNCATE users CASCADE")
    query(made_again)


INDEX = ("DROP INDEX users_email_key", "CREATE UNIQUE INDEX users_email_key ON users (lower(email))")
TRIGGER = tuple(f"ALTER TABLE users {each} TRIGGER users_keep_revocable_address" for each in ("DISABLE", "ENABLE"))


@pytest.mark.proof
@pytest.mark.parametrize("without", [INDEX], indirect=True)
def test_without_the_unique_index_all_accounts_get_it(without: None, people: People) -> None:
    assert confirm_at_once(people, NEW) == [200] * CROWD


@ROUNDS
def test_a_token_used_several_times_at_once_works_once(people: People, rounds: int) -> None:
    for number in range(rounds):
        [token] = tokens_for([people.student()], f"{number}{NEW}")
        answers = at_once(*[partial(confirm, token)] * CROWD)
        assert sorted(answer.status for answer in answers) == [200] + [404] * (CROWD - 1)


@pytest.mark.proof
def test_without_using_up_the_token_it_works_every_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_look(db: PooledConnection, token_hash: bytes, purpose: str) -> repository.LockedChange | None:
        return repository.LOCK_CHANGE.one(db, {"token_hash": token_hash, "purpose": purpose})

    monkeypatch.setattr(repository, "use_token", only_look)
    [token] = tokens_for([people.student()], NEW)
    assert {answer.status for answer in at_once(*[partial(confirm, token)] * CROWD)} == {200}


def register_while_confirming(people: People) -> tuple[int, int, Person]:
    """Register the old address while the change away from it is about to commit."""
    ola = people.student()
    [token] = tokens_for([ola], NEW)
    with ThreadPoolExecutor(2) as threads, gate_after("UPDATE ON users") as let_go:
        confirming = threads.submit(at_once, partial(confirm, token))
        wait_until(lambda: waiting() == 1)
        registering = threads.submit(at_once, partial(register, ola.email))
        wait_until(lambda: waiting() == 2)
        let_go()
        return confirming.result()[0].status, registering.result()[0].status, ola


def test_an_address_being_changed_cannot_be_registered_by_others(people: People) -> None:
    confirmed, registered, ola = register_while_confirming(people)
    assert (confirmed, registered) == (200, 400)
    assert revoke(mailed_link(ola.email)).status == 200


@pytest.mark.proof
@pytest.mark.parametrize("without", [TRIGGER], indirect=True)
def test_without_the_trigger_it_can_and_its_owner_does_not_get_it_back(without: None, people: People) -> None:
    confirmed, registered, ola = register_while_confirming(people)
    assert (confirmed, registered) == (200, 201)
    assert revoke(mailed_link(ola.email)).status == 409


@ROUNDS
def test_concurrent_revocations_of_a_change_work_once(people: People, rounds: int) -> None:
    for number in range(rounds):
        token = changed(people.student(), f"{number}{NEW}")
        answers = at_once(*[partial(revoke, token)] * 2)
        assert sorted(answer.status for answer in answers) == [200, 404]
