"""Adding an authenticator app, replacing recovery codes, and turning the second factor off."""

import base64
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.second_factors.data.tickets import add_enrolment
from functions.second_factors.domain.totp import STEP_SECONDS, password_at
from functions.second_factors.handler import handler
from functions.tokens.handler import handler as tokens_handler
from shared.data.staff_actions import Grounds
from shared.domain.auth import identify
from shared.domain.suspension import remove_second_factor
from shared.kit.db.transactions import transaction
from tests.functions.second_factors.test_sign_in import give_code, give_password
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import People, Person, query
from tests.support.second_factors import Secured, ticket_for

call, tokens, accounts = LambdaClient(handler), LambdaClient(tokens_handler), LambdaClient(accounts_handler)
PATH = "/api/user/second_factors/"
NOTHING: dict[str, Any] = {
    "enabled": False,
    "authenticator_app_added_at": None,
    "recovery_codes_left": 0,
    "passkeys": [],
}


def change(person: Person, what: str, **body: Any) -> Answer:
    return call("POST", f"{PATH}{what}/", token=person.access, json_body=body)


def overview(person: Person) -> Any:
    return call("GET", PATH, token=person.access).json


def shown(answer: Answer, steps_off: int = 0) -> str:
    """Return the code that an app with this secret shows."""
    secret = base64.b32decode(answer.json["secret"])
    return password_at(secret, int(time.time() // STEP_SECONDS) + steps_off)


def subjects(person: Person) -> list[str]:
    return [str(mail.subject) for mail in delivered(person.email)]


def test_an_app_is_active_once_a_code_confirms_it(people: People) -> None:
    ewa = people.student(language="en")
    assert overview(ewa) == NOTHING
    new = change(ewa, "app")
    assert new.status == 200
    assert parse_qs(urlsplit(new.json["otpauth_uri"]).query)["secret"] == [new.json["secret"]]
    assert give_password(ewa.email).status == 200, "an unconfirmed app is not a factor yet"
    confirmed = change(ewa, "app/confirm", code=shown(new))
    assert confirmed.status == 200
    codes = confirmed.json["recovery_codes"]
    assert len(set(codes)) == 10
    assert all(re.fullmatch("[a-z2-7]{4}(-[a-z2-7]{4}){3}", each) for each in codes)
    found = overview(ewa)
    assert (found["enabled"], found["recovery_codes_left"]) == (True, 10)
    assert found["authenticator_app_added_at"] is not None
    ticket = give_password(ewa.email).json["ticket"]
    assert give_code(ticket, shown(new)).status == 401, "the code that confirmed it is used"
    assert give_code(ticket, shown(new, 1)).status == 200
    assert "Authenticator app added" in subjects(ewa)
    [(seed,)] = query("SELECT totp_seed FROM second_factors")
    assert base64.b32decode(new.json["secret"]) not in seed
    assert all(each.replace("-", "").encode() not in kept for each in codes for (kept,) in query(CODE_HASHES))


CODE_HASHES = "SELECT code_hash FROM recovery_codes"


def test_adding_the_first_factor_signs_out_other_devices_and_counts_as_given_here(people: People) -> None:
    ewa = people.student()
    other = give_password(ewa.email).json["access"]
    change(ewa, "app/confirm", code=shown(change(ewa, "app")))
    assert query("SELECT id FROM sign_in_sessions") == [(ewa.session_id,)]
    assert call("GET", PATH, token=other).status == 401
    assert identify(ewa.access).passed_second_factor


@pytest.mark.parametrize("code", ["000000", "abc", "1234567", "١٢٣٤٥٦"])
def test_an_app_that_shows_another_code_is_not_added(people: People, code: str) -> None:
    ewa = people.student()
    change(ewa, "app")
    answer = change(ewa, "app/confirm", code=code)
    assert (answer.status, answer.json["code"]) == (403, "wrong_code")
    assert not overview(ewa)["enabled"]


def test_an_enrolment_that_was_not_started_or_has_expired_cannot_be_confirmed(people: People) -> None:
    ewa = people.student()
    assert change(ewa, "app/confirm", code="287082").json["code"] == "nothing_to_confirm"
    new = change(ewa, "app")
    query("UPDATE second_factors SET new_totp_expires_at = now()")
    answer = change(ewa, "app/confirm", code=shown(new))
    assert (answer.status, answer.json["code"]) == (409, "nothing_to_confirm")


def test_another_app_requires_a_code_and_replaces_the_previous_one(ola: Secured) -> None:
    refused = change(ola.person, "app")
    assert (refused.status, refused.json["code"]) == (403, "code_needed")
    assert change(ola.person, "app", code=ola.wrong_code).json["code"] == "wrong_code"
    new = change(ola.person, "app", code=ola.code())
    assert give_code(ticket_for(ola), ola.code(1)).status == 200, "the previous app is active until then"
    confirmed = change(ola.person, "app/confirm", code=shown(new))
    assert confirmed.json == {"recovery_codes": []}
    assert give_code(ticket_for(ola), shown(new, 1)).status == 200
    query("UPDATE second_factors SET totp_step = 0")
    assert give_code(ticket_for(ola), ola.code()).status == 401
    assert give_code(ticket_for(ola), ola.recovery_codes[0]).status == 200


def test_turning_it_off_requires_a_code(ola: Secured) -> None:
    for code in (ola.wrong_code, "x", "aaaa-bbbb-cccc-dddd"):
        answer = change(ola.person, "turn_off", code=code)
        assert (answer.status, answer.json["code"]) == (403, "wrong_code")
    assert change(ola.person, "turn_off").json == {"code": ["This field is required."]}
    assert overview(ola.person)["enabled"]
    assert change(ola.person, "turn_off", code=ola.code()).json == {
        "detail": "Signing in no longer requires a second factor."
    }
    assert overview(ola.person) == NOTHING
    assert give_password(ola.person.email).status == 200
    assert query(CODE_HASHES) == []
    assert "Second factor turned off" in subjects(ola.person)
    assert not identify(ola.person.access).passed_second_factor
    again = change(ola.person, "turn_off", code=ola.code())
    assert (again.status, again.json["code"]) == (409, "no_second_factor")


def test_a_recovery_code_turns_it_off_too(ola: Secured) -> None:
    assert change(ola.person, "turn_off", code=ola.recovery_codes[3]).status == 200


def test_new_recovery_codes_void_the_previous_ones(ola: Secured) -> None:
    assert change(ola.person, "recovery_codes", code=ola.wrong_code).json["code"] == "wrong_code"
    answer = change(ola.person, "recovery_codes", code=ola.recovery_codes[0])
    codes = answer.json["recovery_codes"]
    assert len({*codes, *ola.recovery_codes}) == 20
    assert give_code(ticket_for(ola), ola.recovery_codes[1]).status == 401
    assert give_code(ticket_for(ola), codes[1]).status == 200
    assert "New recovery codes" in subjects(ola.person)


@pytest.mark.parametrize("what", ["app", "app/confirm", "recovery_codes", "turn_off"])
def test_changes_require_a_recently_entered_password(ola: Secured, what: str) -> None:
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '15 minutes 1 second'")
    answer = change(ola.person, what, code=ola.code())
    assert (answer.status, answer.json["code"]) == (403, "password_check_needed")


def test_wrong_codes_anywhere_count_against_one_limit(ola: Secured) -> None:
    ticket = ticket_for(ola)
    for _ in range(5):
        give_code(ticket, ola.wrong_code)
        change(ola.person, "turn_off", code=ola.wrong_code)
    for what in ("app", "recovery_codes", "turn_off"):
        assert change(ola.person, what, code=ola.code()).status == 429


def test_a_session_from_before_the_factor_ends_when_it_is_added(people: People) -> None:
    ewa = people.student()
    old = give_password(ewa.email).json
    change(ewa, "app/confirm", code=shown(change(ewa, "app")))
    assert tokens("POST", "/api/token/refresh/", json_body={"refresh": old["refresh"]}).status == 401


def test_factors_are_deleted_with_the_account(ola: Secured) -> None:
    ticket_for(ola)
    exported = accounts("GET", "/api/user/export/", token=ola.person.access).json["second_factors"]
    [factors] = exported
    assert set(factors) == {"added_at", "authenticator_app_added_at", "recovery_codes_left", "passkeys"}
    assert factors["recovery_codes_left"] == 10
    assert accounts("DELETE", "/api/user/delete/", token=ola.person.access).status == 200
    for table in ("second_factors", "recovery_codes", "second_factor_tickets"):
        assert query(f"SELECT count(*) FROM {table}") == [(0,)]


def test_the_operator_can_remove_a_lost_factor(ola: Secured) -> None:
    ticket = ticket_for(ola)
    with transaction() as db:
        done = remove_second_factor(db, ola.person.id, Grounds(None, "Zgubiony telefon"))
        again = remove_second_factor(db, ola.person.id, Grounds(None, "Zgubiony telefon"))
    assert (done.changed, again.changed) == (True, False)
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]
    assert give_code(ticket, ola.recovery_codes[0]).json["code"] == "ticket_expired"
    assert give_password(ola.person.email).status == 200
    assert subjects(ola.person) == ["Second factor turned off"]
    assert query("SELECT action, reason FROM staff_actions") == [("remove_second_factor", "Zgubiony telefon")]


def enrolment(person: Person) -> str:
    with transaction() as db:
        return add_enrolment(db, person.id)


def enrol(what: str, **body: Any) -> Answer:
    return call("POST", f"/api/token/second_factor/enrolment/{what}", json_body=body)


def test_a_link_from_the_operator_adds_the_first_app(people: People) -> None:
    ewa = people.student()
    link = enrolment(ewa)
    new = enrol("", ticket=link)
    assert enrol("confirm/", ticket=link, code="abc").json["code"] == "wrong_code"
    confirmed = enrol("confirm/", ticket=link, code=shown(new))
    assert len(confirmed.json["recovery_codes"]) == 10
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)], "all devices are signed out"
    assert give_code(give_password(ewa.email).json["ticket"], shown(new, 1)).status == 200
    for answer in (enrol("", ticket=link), enrol("confirm/", ticket=link, code=shown(new, 1))):
        assert (answer.status, answer.json["code"]) == (404, "enrolment_expired")


def test_a_link_adds_nothing_to_an_account_with_a_factor(ola: Secured) -> None:
    assert enrol("", ticket=enrolment(ola.person)).json["code"] == "enrolment_expired"


def test_a_link_works_for_a_day_and_voids_the_previous_one(people: People) -> None:
    ewa = people.student()
    first, second = enrolment(ewa), enrolment(ewa)
    assert enrol("", ticket=first).status == 404
    assert enrol("", ticket=second).status == 200
    query("UPDATE second_factor_tickets SET expires_at = expires_at - interval '1 day'")
    assert enrol("", ticket=second).status == 404


def test_a_sign_in_ticket_does_not_work_as_a_link(ola: Secured) -> None:
    ticket = ticket_for(ola)
    query("UPDATE users SET second_factor_at = NULL")
    assert enrol("", ticket=ticket).status == 404
