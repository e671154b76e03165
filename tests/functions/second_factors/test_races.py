"""Concurrent uses of codes and tickets, and concurrent changes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from functions.second_factors.data import factors
from functions.second_factors.data.tickets import find_account
from shared.data.new_sessions import Account
from shared.domain.signing_in import AccountChanged, Device, Proof, start_session
from shared.kit.db.query import Command, Query
from shared.kit.db.transactions import transaction
from shared.kit.http.viewer import Viewer
from shared.kit.settings import settings
from tests.functions.second_factors.test_changes import change, shown
from tests.functions.second_factors.test_sign_in import give_code, give_password, sessions
from tests.support.authenticator import Authenticator
from tests.support.booking_protection import no_deadlock
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer
from tests.support.passkeys import TICKETS, add, ask
from tests.support.passkeys import call as passkey_call
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import People, Person, query
from tests.support.races import at_once
from tests.support.second_factors import Secured, secure, ticket_for

MANY = 4


def tried(ola: Secured, code: Callable[[], str]) -> list[int]:
    """Return the statuses of many concurrent sign-ins with the same code, each with its own ticket."""
    own = [ticket_for(ola) for _ in range(MANY)]
    same = code()
    with no_deadlock():
        return sorted(each.status for each in at_once(*(partial(give_code, ticket, same) for ticket in own)))


often = pytest.mark.parametrize("rounds", [1, pytest.param(100, marks=pytest.mark.proof)])
FORGET = "UPDATE second_factors SET totp_step = 0, failures = 0"


@often
def test_a_code_of_the_app_used_many_times_at_once_opens_one_session(ola: Secured, rounds: int) -> None:
    for done in range(1, rounds + 1):
        assert tried(ola, ola.code) == [200] + [401] * (MANY - 1)
        assert sessions() == 1 + done
        query(FORGET)


@often
def test_a_recovery_code_used_many_times_at_once_opens_one_session(people: People, rounds: int) -> None:
    for done in range(1, rounds + 1):
        ola = secure(people.student())
        assert tried(ola, lambda: ola.recovery_codes[0]) == [200] + [401] * (MANY - 1)  # noqa: B023 - called at once
        assert query("SELECT count(*) FROM recovery_codes") == [(9 * done,)]


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    text = factors.LOCK_FACTORS.text.replace("FOR UPDATE OF second_factors", "")
    monkeypatch.setattr(factors, "LOCK_FACTORS", Query(factors.Factors, text))


def test_without_the_lock_the_conditions_are_enough(ola: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    without_lock(monkeypatch)
    assert tried(ola, ola.code).count(200) == 1
    assert tried(ola, lambda: ola.recovery_codes[0]).count(200) == 1


def test_without_lock_and_condition_a_code_opens_several_sessions(
    ola: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-test: without the guards."""
    without_lock(monkeypatch)
    blind = "UPDATE second_factors SET totp_step = %(step)s WHERE user_id = %(user_id)s"
    monkeypatch.setattr(factors, "USE_TOTP_STEP", Command(blind))
    own = [ticket_for(ola) for _ in range(2)]
    same = ola.code()
    with gate_after("UPDATE ON second_factors") as let_go, ThreadPoolExecutor(2) as threads:
        both = [threads.submit(at_once, partial(give_code, ticket, same)) for ticket in own]
        wait_until(lambda: waiting() == 2)
        let_go()
        assert [each.result()[0].status for each in both] == [200, 200]


def test_concurrent_guesses_are_all_counted(ola: Secured) -> None:
    own = [ticket_for(ola) for _ in range(4)]
    wrong = ola.wrong_code
    for _ in range(2):
        at_once(*(partial(give_code, ticket, wrong) for ticket in own))
    statuses = [each.status for each in at_once(*(partial(give_code, ticket, wrong) for ticket in own))]
    assert sorted(statuses) == [401, 401, 429, 429]
    assert query("SELECT failures FROM second_factors") == [(10,)]


def test_a_ticket_used_many_times_at_once_opens_one_session(ola: Secured) -> None:
    ticket = ticket_for(ola)
    codes = [ola.code(-1), ola.code(), *ola.recovery_codes[:2]]
    statuses = [each.status for each in at_once(*(partial(give_code, ticket, code) for code in codes))]
    assert statuses.count(200) == 1
    assert sessions() == 2


@often
def test_a_signature_used_many_times_at_once_opens_one_session(people: People, rounds: int) -> None:
    ewa, phone = people.student(), Authenticator(counts=False)
    add(ewa, phone)
    for done in range(1, rounds + 1):
        signed = phone.get(passkey_call("POST", "/api/token/passkey/begin/").json)
        body = {"passkey": signed}
        answers = at_once(*[partial(passkey_call, "POST", "/api/token/passkey/", json_body=body)] * MANY)
        assert sorted(each.status for each in answers) == [200] + [401] * (MANY - 1)
        assert sessions() == 1 + done


def test_a_passkey_added_to_two_accounts_at_once_belongs_to_one(people: People) -> None:
    both, phone = [people.student() for _ in range(2)], Authenticator()
    made = [phone.create(ask(each).json) for each in both]
    pairs = zip(both, made, strict=True)
    answers = at_once(*(partial(ask, who, "confirm/", name="x", passkey=passkey) for who, passkey in pairs))
    assert sorted(each.status for each in answers) == [200, 409]
    assert query("SELECT count(*) FROM passkeys") == [(1,)]
    assert query("SELECT count(*) FROM users WHERE second_factor_at IS NOT NULL") == [(1,)]


def test_of_two_passkeys_removed_at_once_one_remains(people: People) -> None:
    ewa, pair = people.student(), [Authenticator(), Authenticator()]
    codes = add(ewa, pair[0]).json["recovery_codes"]
    add(ewa, pair[1], code=codes[0])
    own = [number for (number,) in query("SELECT id FROM passkeys")]
    tries = zip(own, codes[1:], strict=False)
    answers = at_once(*(partial(ask, ewa, f"{each}/remove/", code=code) for each, code in tries))
    assert sorted(each.status for each in answers) == [200, 409]
    assert query("SELECT count(*) FROM passkeys") == [(1,)]


def test_a_passkey_removed_meanwhile_opens_no_session(people: People) -> None:
    ewa, phone = people.student(), Authenticator()
    add(ewa, phone)
    [(number,)] = query("SELECT id FROM passkeys")
    account = find_account_of(ewa)
    query("DELETE FROM passkeys")
    with pytest.raises(AccountChanged):
        start_session(account, Device(Viewer("", "", None), is_known=True), Proof(passkey=number, second_factor=True))


def find_account_of(person: Person) -> Account:
    with transaction() as db:
        account = find_account(db, person.id)
    assert account is not None
    return account


def test_a_sign_in_while_a_factor_is_added_opens_no_session_without_it(people: People) -> None:
    ewa = people.student()
    code = shown(change(ewa, "app"))
    with ThreadPoolExecutor(2) as threads, gate_after("UPDATE ON users") as let_go:
        adding = threads.submit(at_once, partial(change, ewa, "app/confirm", code=code))
        wait_until(lambda: waiting() == 1)
        signing_in = threads.submit(at_once, partial(give_password, ewa.email))
        wait_until(lambda: signing_in.done() or waiting() == 2)
        let_go()
        [added], [signed_in] = adding.result(), signing_in.result()
    assert (added.status, signed_in.status) == (200, 401)
    assert query("SELECT id FROM sign_in_sessions") == [(ewa.session_id,)]


@pytest.mark.parametrize("code", [Secured.code, lambda ola: ola.recovery_codes[0], lambda ola: ola.wrong_code])
def test_a_sign_in_that_meets_the_deletion_of_its_account_is_no_deadlock(
    ola: Secured, code: Callable[[Secured], str]
) -> None:
    ticket = ticket_for(ola)
    with psycopg.connect(settings().database_url) as deletion:
        deletion.execute("SELECT FROM users WHERE id = %s FOR NO KEY UPDATE", (ola.person.id,))
        deletion.execute("DELETE FROM second_factor_tickets WHERE user_id = %s", (ola.person.id,))

        def go_on() -> None:
            wait_until(lambda: waiting() == 1)
            deletion.execute("DELETE FROM users WHERE id = %s", (ola.person.id,))
            deletion.commit()

        answers: list[Answer | None] = at_once(lambda: give_code(ticket, code(ola)), go_on)
    assert answers[0]
    assert (answers[0].status, answers[0].json["code"]) == (401, "ticket_expired")


def test_requests_for_a_challenge_hold_no_older_one_while_they_wait(people: People) -> None:
    ewa = people.student()
    add(ewa, Authenticator())
    ticket = give_password(ewa.email).json["ticket"]
    requests: list[Callable[[], Answer]] = [
        lambda: ask(ewa, "request/"),
        lambda: passkey_call("POST", f"{TICKETS}passkey/", json_body={"ticket": ticket}),
    ]
    for request in requests:
        assert request().status == 200
        assert while_account_is_locked(ewa, request, "SELECT FROM passkey_challenges").status == 200


def test_a_new_ticket_holds_no_expired_ones_while_it_waits(ola: Secured) -> None:
    """They may be of the account that it waits for."""
    ticket_for(ola)
    query("UPDATE second_factor_tickets SET expires_at = now()")
    rows = "SELECT FROM second_factor_tickets"
    answer = while_account_is_locked(ola.person, lambda: give_password(ola.person.email), rows, "NO KEY UPDATE")
    assert answer.json["code"] == "second_factor_required"
    assert query("SELECT count(*) FROM second_factor_tickets") == [(1,)]
