"""Races: one request wins, and a counter-test without the protection shows that it is needed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import psycopg
import pytest

from functions.accounts import repository
from functions.accounts.handler import handler
from functions.accounts.repository import TokenOwner
from functions.migrations.service import upgrade
from shared.data.accounts import TokenPurpose
from shared.kit.db.pool import PooledConnection, close_pool
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.paused_transactions import gate_after, kill_the_waiting, wait_until, waiting
from tests.support.people import PASSWORD, People, query
from tests.support.races import at_once

call = LambdaClient(handler)
CROWD = 10
ROUNDS = pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.proof)])


def register(email: str) -> Answer:
    return call("POST", "/api/user/create/", json_body={"email": email, "password": PASSWORD})


def use(path: str, **body: str) -> Answer:
    return call("POST", path, json_body=body)


def mailed_tokens(path: str, email: str, count: int) -> list[str]:
    for _ in range(count):
        assert use(path, email=email).status == 200
    return [mail.token for mail in delivered(email)][-count:]


def register_at_once(number: int) -> list[int]:
    """Return the statuses of CROWD registrations of one address in two spellings."""
    ways = (f"ola{number}@example.com", f"OLA{number}@Example.com")
    return sorted(answer.status for answer in at_once(*(partial(register, ways[n % 2]) for n in range(CROWD))))


@ROUNDS
def test_exactly_one_of_many_concurrent_registrations_of_an_address_succeeds(platform: None, rounds: int) -> None:
    for number in range(rounds):
        assert register_at_once(number) == [201] + [400] * (CROWD - 1)
    assert query("SELECT count(*), count(DISTINCT lower(email)) FROM users") == [(rounds, rounds)]
    assert query("SELECT count(*) FROM mail_outbox") == [(rounds,)]


@pytest.fixture
def without_unique_index(platform: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use a second database without the unique index on addresses."""
    ours = settings().database_url
    with psycopg.connect(ours, autocommit=True) as server:
        server.execute("CREATE DATABASE twin")
        with monkeypatch.context() as patch:
            patch.setenv("DATABASE_URL", ours.replace("/tutoring?", "/twin?"))
            use_the_database_of_the_settings()
            upgrade()
            query("DROP INDEX users_email_key")
            yield
        use_the_database_of_the_settings()
        server.execute("DROP DATABASE twin WITH (FORCE)")


def use_the_database_of_the_settings() -> None:
    read_settings_again()
    close_pool()


@pytest.mark.proof
def test_without_the_unique_index_all_registrations_succeed(without_unique_index: None) -> None:
    assert register_at_once(0) == [201] * CROWD


@ROUNDS
def test_concurrent_confirmations_with_one_token_all_succeed(people: People, rounds: int) -> None:
    path = "/api/user/confirm_user/"
    for _ in range(rounds):
        email = people.student(confirmed_at=None).email
        [token] = mailed_tokens(f"{path}resend/", email, 1)
        answers = at_once(*[partial(use, path, token=token)] * CROWD)
        assert [answer.status for answer in answers] == [200] * CROWD


def reset_at_once(people: People) -> list[int]:
    path = "/api/user/password_reset/"
    [token] = mailed_tokens(path, people.student().email, 1)
    crowd = [partial(use, f"{path}confirm/", token=token, password=f"Zielona!Herbata{n}") for n in range(CROWD)]
    return sorted(answer.status for answer in at_once(*crowd))


@ROUNDS
def test_exactly_one_of_many_concurrent_resets_with_one_token_succeeds(people: People, rounds: int) -> None:
    for _ in range(rounds):
        assert reset_at_once(people) == [200] + [404] * (CROWD - 1)


def test_with_a_lookup_and_a_later_delete_all_resets_succeed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_looked = Barrier(CROWD)

    def look_then_delete(db: PooledConnection, token_hash: bytes, purpose: TokenPurpose) -> TokenOwner | None:
        owner = repository.find_token_owner(db, token_hash, purpose)
        everybody_looked.wait(20)
        return owner

    monkeypatch.setattr(repository, "use_token", look_then_delete)
    assert reset_at_once(people) == [200] * CROWD


@ROUNDS
@pytest.mark.parametrize(
    ("request_path", "use_path", "body"),
    [
        ("/api/user/password_reset/", "/api/user/password_reset/confirm/", {"password": "Zielona!Herbata7"}),
        ("/api/user/confirm_user/resend/", "/api/user/confirm_user/", {}),
    ],
)
def test_exactly_one_of_several_tokens_of_an_account_used_at_once_succeeds(
    people: People, request_path: str, use_path: str, body: dict[str, str], rounds: int
) -> None:
    for _ in range(rounds):
        email = people.student(confirmed_at=None).email
        tokens = mailed_tokens(request_path, email, 5)
        answers = at_once(*(partial(use, use_path, token=token, **body) for token in tokens))
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [200] + [404 if body else 400] * 4


def test_a_concurrent_reset_and_deletion_of_an_account_both_succeed(people: People) -> None:
    ola = people.student()
    [token] = mailed_tokens("/api/user/password_reset/", ola.email, 1)
    reset = partial(use, "/api/user/password_reset/confirm/", token=token, password="Zielona!Herbata7")
    with ThreadPoolExecutor(2) as threads, gate_after("DELETE ON email_tokens") as let_go:
        resetting = threads.submit(at_once, reset)
        wait_until(lambda: waiting() == 1)
        deleting = threads.submit(at_once, lambda: call("DELETE", "/api/user/delete/", token=ola.access))
        wait_until(lambda: waiting() == 2)
        let_go()
        assert [answer.status for answer in (*resetting.result(), *deleting.result())] == [200, 200]
    assert query("SELECT count(*) FROM users") == [(0,)]


@pytest.mark.parametrize("event", ["INSERT ON users", "INSERT ON mail_outbox"])
def test_an_interrupted_registration_leaves_neither_account_nor_mail(platform: None, event: str) -> None:
    with gate_after(event):

        def refused() -> None:
            answer = register("ola@example.com")
            assert (answer.status, answer.json["code"]) == (503, "unavailable")

        at_once(refused, kill_the_waiting)
    assert query("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM mail_outbox)") == [(0, 0)]
    assert register("ola@example.com").status == 201
    assert query("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM mail_outbox)") == [(1, 1)]
