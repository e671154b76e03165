"""A new address for an account: confirmed from the new address, reported to the old one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.accounts.email_changes.service import PENDING_HOURS
from functions.mail.repository import delete_old
from functions.tokens.handler import handler as tokens_handler
from tests.support.email_changes import (
    CONFIRM,
    OWN,
    call,
    changed,
    confirm,
    mailed_link,
    request_change,
    revoke,
)
from tests.support.lambda_client import ANY, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, Person, insert, query
from tests.support.statements import statements

tokens = LambdaClient(tokens_handler)
NEW = "ola.nowak@example.com"
VOID = {
    "detail": "Ten link już nie działa: został użyty, wygasł albo zastąpiła go nowsza zmiana adresu.",
    "code": "email_change_link_void",
}


@pytest.fixture
def ola(people: People) -> Person:
    return people.student()


def sign_in(email: str, password: str = PASSWORD) -> int:
    return tokens("POST", "/api/token/", json_body={"email": email, "password": password}).status


def address_of(person: Person) -> str:
    [(email,)] = query("SELECT email FROM users WHERE id = %s", person.id)
    return str(email)


def subjects(address: str) -> list[str]:
    return [mail.subject for mail in delivered(address)]


def pending(person: Person) -> Any:
    """Return the pending change, or None."""
    answer = call("GET", OWN, token=person.access)
    assert answer.status == 200
    return answer.json


def test_the_new_address_takes_effect_once_it_is_confirmed(ola: Person) -> None:
    answer = request_change(ola, NEW)
    assert answer.status == 202
    assert list(answer.json) == ["email", "created_at", "expires_at"]
    times = [datetime.fromisoformat(answer.json[name]) for name in ("created_at", "expires_at")]
    assert (answer.json["email"], times[1] - times[0]) == (NEW, timedelta(hours=PENDING_HOURS))
    assert pending(ola) == answer.json
    assert (sign_in(ola.email), sign_in(NEW)) == (200, 401)
    assert subjects(NEW) == ["Potwierdź nowy adres e-mail"]
    token = mailed_link(NEW)
    assert confirm(token).json == {"status": "OK"}
    assert (sign_in(ola.email), sign_in(NEW)) == (401, 200)
    assert (pending(ola), address_of(ola)) == (None, NEW)
    again = confirm(token)
    assert (again.status, again.json) == (404, VOID), "a token works once"


def test_the_old_address_is_mailed_at_the_request_and_at_the_confirmation(ola: Person) -> None:
    changed(ola, NEW)
    note, done = delivered(ola.email)
    assert note.subject == "Nowy adres Twojego konta?"
    assert f"Nowy adres: {NEW}\n" in note.text.replace("\r\n", "\n")
    assert "/account/reset-password/?reset_token=" in note.text
    assert done.subject == "Zmiana adresu Twojego konta"
    assert f"Nowy adres: {NEW}\n" in done.text.replace("\r\n", "\n")


def test_mails_are_in_the_language_of_the_account(people: People) -> None:
    jan = people.student(language="en")
    token = changed(jan, NEW)
    assert revoke(token).status == 200
    assert subjects(jan.email) == [
        "Change of your account's address requested",
        "The address of your account was changed",
        "Your password was changed",
    ]
    assert subjects(NEW) == ["Confirm your new e-mail address", "A change of address was undone"]


def test_the_password_must_be_entered_again(ola: Person) -> None:
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '1 hour'")
    answer = request_change(ola, NEW)
    assert (answer.status, answer.json["code"]) == (403, "password_check_needed")
    assert delivered() == []
    body = {"password": PASSWORD}
    assert tokens("POST", "/api/user/check_password/", token=ola.access, json_body=body).status == 200
    assert request_change(ola, NEW).status == 202


@pytest.mark.parametrize(
    ("email", "complaint"),
    [
        (ANY, "To pole jest wymagane."),
        ("x", "Podaj poprawny adres e-mail."),
        ([], "Podaj poprawny adres e-mail."),
        ("=?utf-8?q?victim?=@example.com", "Podaj poprawny adres e-mail."),
        ("a" * 65 + "@example.com", "Podaj poprawny adres e-mail."),
        ("a\0@example.com", "Znaki null są niedozwolone."),
        ("STUDENT1@example.com", "To już jest Twój adres e-mail."),
    ],
)
def test_invalid_addresses_and_one_s_own_are_refused(ola: Person, email: Any, complaint: str) -> None:
    body = {} if email is ANY else {"email": email}
    answer = call("POST", OWN, token=ola.access, json_body=body)
    assert answer.status == 400
    assert complaint in answer.json["email"]
    assert pending(ola) is None


def test_tutors_need_an_address_of_their_university(people: People) -> None:
    tutor = people.tutor()
    answer = request_change(tutor, NEW)
    assert (answer.status, list(answer.json)) == (400, ["email"])
    changed(tutor, "Inna@PRZ.edu.pl")
    assert address_of(tutor) == "Inna@PRZ.edu.pl"


def test_only_its_owner_learns_that_an_address_is_taken(ola: Person, people: People) -> None:
    jan = people.student(first_name="Jan", language="en")
    answers, counts = [], []
    for email in (NEW, jan.email.upper()):
        with statements() as seen:
            answers.append(request_change(ola, email))
        counts.append(list(seen))
        assert pending(ola)["email"] == email
    assert [answer.status for answer in answers] == [202, 202]
    assert counts[0] == counts[1]
    [mail] = delivered(jan.email.upper())
    assert mail.subject == "Your address was requested"
    assert "Hello Jan," in mail.text
    assert "links/" not in mail.text
    assert query("SELECT count(*) FROM email_tokens WHERE purpose = 'change'") == [(0,)]


def test_an_address_that_was_taken_meanwhile_is_refused(ola: Person, people: People) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    people.student(email=NEW.upper())
    answer = confirm(token)
    assert (answer.status, answer.json["code"]) == (409, "email_taken")
    assert address_of(ola) == ola.email
    query("DELETE FROM users WHERE email = %s", NEW.upper())
    assert confirm(token).status == 200, "a failed attempt has not used up the token"


def test_a_newer_request_replaces_the_one_before(ola: Person) -> None:
    request_change(ola, NEW)
    first = mailed_link(NEW)
    request_change(ola, "second@example.com")
    assert pending(ola)["email"] == "second@example.com"
    assert confirm(first).status == 404
    assert confirm(mailed_link("second@example.com")).status == 200
    assert address_of(ola) == "second@example.com"


def test_a_link_still_to_be_mailed_becomes_void_with_its_change(ola: Person) -> None:
    request_change(ola, NEW)
    request_change(ola, "second@example.com")
    assert delivered(NEW) == []
    assert subjects(ola.email) == ["Nowy adres Twojego konta?"]


def test_a_change_can_be_withdrawn(ola: Person) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    assert call("DELETE", OWN, token=ola.access).json == {"status": "OK"}
    assert (confirm(token).status, pending(ola)) == (404, None)
    assert call("DELETE", OWN, token=ola.access).status == 404


def test_a_change_expires_after_a_day(ola: Person) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    query("UPDATE email_changes SET expires_at = now()")
    query("UPDATE email_tokens SET expires_at = now()")
    assert (confirm(token).status, pending(ola)) == (404, None)
    assert request_change(ola, NEW).status == 202


@pytest.mark.parametrize("token", ["", "x", "a" * 64, None, 5, [], "\0", "\ud800"])
def test_malformed_tokens_confirm_nothing(ola: Person, token: Any) -> None:
    answer = call("POST", CONFIRM, json_body={"token": token})
    assert answer.status in {400, 404}


def test_a_token_of_another_purpose_confirms_nothing(ola: Person) -> None:
    token = changed(ola, NEW)
    assert confirm(token).status == 404
    assert revoke(token).status == 200


def test_all_devices_but_the_requesting_one_are_signed_out(ola: Person) -> None:
    insert("sign_in_sessions", {"user_id": ola.id, "expires_at": datetime.now(UTC) + timedelta(days=1)})
    changed(ola, NEW)
    assert query("SELECT id FROM sign_in_sessions WHERE user_id = %s", ola.id) == [(ola.session_id,)]


def test_links_mailed_to_the_old_address_become_void(ola: Person) -> None:
    call("POST", "/api/user/password_reset/", json_body={"email": ola.email})
    reset = delivered(ola.email)[-1].token
    changed(ola, NEW)
    path, body = "/api/user/password_reset/confirm/", {"password": "Zielona!Herbata7"}
    assert call("POST", path, json_body=body | {"token": reset}).status == 404
    note = next(mail for mail in delivered(ola.email) if mail.subject == "Nowy adres Twojego konta?")
    assert call("POST", path, json_body=body | {"token": note.token}).status == 404


def test_the_link_mailed_to_the_old_address_sets_a_password_and_ends_the_change(ola: Person) -> None:
    request_change(ola, NEW)
    [note] = delivered(ola.email)
    token = mailed_link(NEW)
    body = {"token": note.token, "password": "Zielona!Herbata7"}
    assert call("POST", "/api/user/password_reset/confirm/", json_body=body).status == 200
    assert confirm(token).status == 404
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)], "the intruder is signed out"
    assert sign_in(ola.email, "Zielona!Herbata7") == 200


def test_waiting_mails_go_to_the_new_address(ola: Person) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    query("INSERT INTO mail_outbox (kind, recipient) VALUES ('password_changed', %s)", ola.email.upper())
    confirm(token)
    assert subjects(NEW) == ["Potwierdź nowy adres e-mail", "Zmiana hasła"]


def test_a_new_address_clears_the_bounce_of_the_old_one(ola: Person) -> None:
    query("UPDATE users SET mail_bounced_at = now()")
    changed(ola, NEW)
    assert query("SELECT mail_bounced_at FROM users") == [(None,)]


def test_a_suspended_account_keeps_its_address(ola: Person) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    query("UPDATE users SET suspended_at = now()")
    assert confirm(token).status == 404
    query("UPDATE users SET suspended_at = NULL")
    assert confirm(token).status == 200


def test_requests_per_account_and_mails_per_address_are_limited_to_five_an_hour(
    people: People, rate_limits: None
) -> None:
    ola, jan = people.student(), people.student()
    assert [request_change(ola, f"{n}@example.com").status for n in range(6)] == [202] * 5 + [429]
    query("UPDATE users SET email = 'someone' || email")
    for _ in range(3):
        request_change(jan, NEW)
        delivered()
    piotr = people.student()
    for _ in range(3):
        assert request_change(piotr, NEW.upper()).status == 202
        delivered()
    assert len(delivered(NEW)) + len(delivered(NEW.upper())) == 5


def test_changes_are_exported_and_deleted_with_the_account(ola: Person) -> None:
    changed(ola, NEW)
    exported = call("GET", "/api/user/export/", token=ola.access).json["email_changes"]
    assert [(each["old_email"], each["new_email"], each["revoked_at"]) for each in exported] == [(ola.email, NEW, None)]
    assert call("DELETE", "/api/user/delete/", token=ola.access).status == 200
    assert query("SELECT count(*) FROM email_changes") == [(0,)]


def test_changes_are_deleted_a_week_after_they_can_no_longer_be_revoked(ola: Person) -> None:
    changed(ola, NEW)
    request_change(ola, "second@example.com")
    query("UPDATE email_changes SET expires_at = now() - interval '8 days'")
    delete_old()
    assert query("SELECT new_email FROM email_changes") == [(NEW,)]
    query("UPDATE email_changes SET revocable_until = now() - interval '8 days'")
    delete_old()
    assert query("SELECT count(*) FROM email_changes") == [(0,)]
