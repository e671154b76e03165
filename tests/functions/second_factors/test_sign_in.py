"""Signing in to an account with a second factor."""

from typing import Any

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.profiles.handler import handler as profiles_handler
from functions.second_factors.handler import handler
from functions.tokens.handler import handler as tokens_handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, query
from tests.support.second_factors import Secured, secure, ticket_for

call, tokens = LambdaClient(handler), LambdaClient(tokens_handler)
accounts, profiles = LambdaClient(accounts_handler), LambdaClient(profiles_handler)
NEW = "Zielona!Herbata7"
PATH = "/api/token/second_factor/"


def give_password(email: str, password: str = PASSWORD) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": email, "password": password})


def ticket_by_password(secured: Secured, password: str = PASSWORD) -> str:
    answer = give_password(secured.person.email, password)
    assert answer.status == 401
    ticket: str = answer.json["ticket"]
    return ticket


def give_code(ticket: str, code: str, **more: Any) -> Answer:
    return call("POST", PATH, json_body={"ticket": ticket, "code": code, **more})


def sessions() -> int:
    [(number,)] = query("SELECT count(*) FROM sign_in_sessions")
    assert isinstance(number, int)
    return number


def test_the_password_alone_gives_a_ticket_and_no_session(ola: Secured) -> None:
    answer = give_password("ola@example.com")
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    assert list(answer.json) == ["detail", "code", "ticket"]
    assert answer.json["code"] == "second_factor_required"
    assert answer.json["detail"].startswith("Podaj jeszcze kod z aplikacji")
    assert sessions() == 1
    [(kept,)] = query("SELECT ticket_hash FROM second_factor_tickets")
    assert answer.json["ticket"].encode() not in kept


def test_ticket_and_code_of_the_app_give_the_tokens_of_a_session(ola: Secured) -> None:
    query("UPDATE users SET signed_in_at = now()")
    answer = give_code(ticket_by_password(ola), ola.code())
    assert answer.status == 200
    assert list(answer.json) == ["refresh", "access"]
    assert profiles("GET", "/api/user/me/", token=answer.json["access"]).status == 200
    assert tokens("POST", "/api/token/refresh/", json_body={"refresh": answer.json["refresh"]}).status == 200
    passed = "SELECT second_factor_checked_at > now() - interval '1 minute' FROM sign_in_sessions WHERE id <> %s"
    assert query(passed, ola.person.session_id) == [(True,)]
    assert "new_device" in [kind for (kind,) in query("SELECT kind FROM mail_outbox")]


def test_spaces_in_a_code_are_ignored(ola: Secured) -> None:
    code = ola.code()
    assert give_code(ticket_for(ola), f" {code[:3]} {code[3:]}").status == 200


def test_a_recovery_code_works_once_and_its_owner_is_mailed(ola: Secured) -> None:
    first, second = ola.recovery_codes[:2]
    assert give_code(ticket_for(ola), first.upper()).status == 200
    again = give_code(ticket_for(ola), first)
    assert (again.status, again.json["code"]) == (401, "wrong_code")
    assert give_code(ticket_for(ola), second.replace("-", " ")).status == 200
    assert query("SELECT count(*) FROM recovery_codes") == [(8,)]
    assert "Recovery code used" in [mail.subject for mail in delivered(ola.person.email)]


def test_a_code_of_the_app_works_once(ola: Secured) -> None:
    code = ola.code()
    assert give_code(ticket_for(ola), code).status == 200
    again = give_code(ticket_for(ola), code)
    assert (again.status, again.json["code"]) == (401, "wrong_code")
    assert again.headers["www-authenticate"] == 'Bearer realm="api"'
    assert give_code(ticket_for(ola), ola.code(1)).status == 200
    assert give_code(ticket_for(ola), ola.code(-1)).status == 401, "a code from before the last one used"


def test_a_ticket_works_once(ola: Secured) -> None:
    ticket = ticket_for(ola)
    assert give_code(ticket, ola.code()).status == 200
    again = give_code(ticket, ola.code(1))
    assert (again.status, again.json["code"]) == (401, "ticket_expired")
    assert sessions() == 2


def test_a_ticket_allows_five_codes(ola: Secured) -> None:
    ticket = ticket_for(ola)
    assert {give_code(ticket, ola.wrong_code).json["code"] for _ in range(5)} == {"wrong_code"}
    answer = give_code(ticket, ola.code())
    assert (answer.status, answer.json["code"]) == (401, "ticket_expired")
    assert give_code(ticket_for(ola), ola.code()).status == 200


def test_an_account_may_get_ten_wrong_codes_in_15_minutes(ola: Secured) -> None:
    for _ in range(2):
        ticket = ticket_for(ola)
        assert {give_code(ticket, ola.wrong_code).status for _ in range(5)} == {401}
    ticket = ticket_for(ola)
    for code in (ola.code(), ola.recovery_codes[0]):
        answer = give_code(ticket, code)
        assert (answer.status, answer.json["code"]) == (429, "throttled")
        assert 0 < int(answer.headers["retry-after"]) <= 900
    query("UPDATE second_factors SET failing_since = failing_since - interval '15 minutes'")
    assert give_code(ticket, ola.code()).status == 200
    assert give_code(ticket_for(ola), ola.wrong_code).status == 401
    assert query("SELECT failures FROM second_factors") == [(1,)]


def test_strangers_without_the_password_cannot_lock_the_owner_out(ola: Secured, people: People) -> None:
    stranger = secure(people.student())
    theirs = ticket_for(stranger)
    for ticket in ("x", theirs):
        for _ in range(6):
            give_code(ticket, ola.wrong_code)
    for _ in range(2):
        assert give_password("ola@example.com", "wrong").status == 401
    assert give_code(ticket_for(ola), ola.code()).status == 200


def test_a_code_of_somebody_else_is_wrong(ola: Secured, people: People) -> None:
    ewa = secure(people.student())
    assert give_code(ticket_for(ola), ewa.code()).status == 401
    assert give_code(ticket_for(ola), ewa.recovery_codes[0]).status == 401
    assert query("SELECT count(*) FROM recovery_codes") == [(20,)]


@pytest.mark.parametrize("ticket", ["", " ", None, 5, "x" * 201, "\x00", {}, []])
def test_a_malformed_ticket_has_its_own_error(ola: Secured, ticket: Any) -> None:
    answer = call("POST", PATH, json_body={"ticket": ticket, "code": ola.code()})
    assert answer.status in {400, 401}
    assert sessions() == 1


def test_a_ticket_works_for_ten_minutes(ola: Secured) -> None:
    ticket = ticket_for(ola)
    query("UPDATE second_factor_tickets SET expires_at = expires_at - interval '10 minutes'")
    answer = give_code(ticket, ola.code())
    assert (answer.status, answer.json["code"]) == (401, "ticket_expired")
    ticket_by_password(ola)
    assert query("SELECT count(*) FROM second_factor_tickets") == [(1,)], "the previous ones are deleted"


def test_an_enrolment_link_does_not_work_as_a_ticket(ola: Secured) -> None:
    ticket = ticket_for(ola)
    query("UPDATE second_factor_tickets SET purpose = 'enrol'")
    assert give_code(ticket, ola.code()).json["code"] == "ticket_expired"


def test_oauth_clients_cannot_sign_in_with_the_password_alone(ola: Secured) -> None:
    form = {"username": "ola@example.com", "password": PASSWORD}
    answer = tokens("POST", "/api/token/oauth/", json_body=form)
    assert (answer.status, answer.json["code"]) == (401, "second_factor_required")
    assert sessions() == 1


def test_without_the_password_the_second_factor_is_not_revealed(ola: Secured, people: People) -> None:
    people.student(email="plain@example.com")
    secured, plain = (give_password(f"{name}@example.com", "wrong") for name in ("ola", "plain"))
    assert (secured.status, secured.body) == (plain.status, plain.body)
    assert query("SELECT count(*) FROM second_factor_tickets") == [(0,)]


def test_a_new_password_voids_the_tickets_of_the_old_one(ola: Secured) -> None:
    ticket = ticket_for(ola)
    accounts("POST", "/api/user/password_reset/", json_body={"email": ola.person.email})
    body = {"token": delivered(ola.person.email)[-1].token, "password": NEW}
    assert accounts("POST", "/api/user/password_reset/confirm/", json_body=body).status == 200
    assert give_code(ticket, ola.code()).json["code"] == "ticket_expired"
    assert give_code(ticket_by_password(ola, NEW), ola.code()).status == 200, (
        "a new password does not bypass the factor"
    )


def test_a_suspended_account_gets_its_own_error(ola: Secured) -> None:
    ticket = ticket_for(ola)
    query("UPDATE users SET suspended_at = now()")
    answer = give_code(ticket, ola.code())
    assert (answer.status, answer.json["code"]) == (401, "account_suspended")
    assert sessions() == 1


def test_a_device_is_recognized_by_its_refresh_token(ola: Secured) -> None:
    answer = give_code(ticket_for(ola), ola.code(), refresh=ola.person.refresh)
    assert answer.status == 200
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'new_device'") == [(0,)]


def test_recovery_codes_work_without_the_secret_of_the_settings(ola: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.second_factors.domain.totp.MIN_KEY_BYTES", 1000)
    answer = give_code(ticket_for(ola), ola.code())
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert give_code(ticket_for(ola), ola.recovery_codes[0]).status == 200
