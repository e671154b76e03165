"""Revoking a change of address from the old address: possible for the rightful owner, and for no one else."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.accounts.email_changes.service import REVOCABLE_DAYS
from functions.tokens.handler import handler as tokens_handler
from shared.kit.security.tokens import Claims, issue
from tests.support.email_changes import NEW_PASSWORD, call, changed, confirm, mailed_link, request_change, revoke
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import PASSWORD, People, Person, insert, query

tokens = LambdaClient(tokens_handler)
NEW, NEXT = "intruder@example.com", "next@example.com"
BROWSER = {"accept": "text/html,*/*;q=0.8"}
FORM = BROWSER | {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def ola(people: People) -> Person:
    return people.student()


def sign_in(email: str, password: str) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": email, "password": password})


def page(token: str) -> str:
    return f"/api/user/email_change/links/{token}/"


def click(token: str, body: bytes = b"") -> Answer:
    return call("POST", page(token), body=body, headers=FORM)


def text(answer: Answer) -> str:
    return answer.body.decode()


def signed_in_to(email: str) -> Person:
    """Return the account with this address, signed in with a new session."""
    end = datetime.now(UTC) + timedelta(hours=1)
    [(user_id,)] = query("SELECT id FROM users WHERE email = %s", email)
    session_id = insert("sign_in_sessions", {"user_id": user_id, "expires_at": end})
    return Person(user_id, email, session_id, issue(Claims("access", user_id, session_id, end)), "")


def test_the_owner_gets_the_address_back_and_all_devices_are_signed_out(ola: Person) -> None:
    token = changed(ola, NEW)
    assert revoke(token).json == {"status": "OK"}
    assert query("SELECT email FROM users") == [(ola.email,)]
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]
    assert [sign_in(NEW, PASSWORD).status, sign_in(ola.email, PASSWORD).status] == [401, 401]
    assert sign_in(ola.email, NEW_PASSWORD).status == 200
    assert revoke(token).status == 404
    assert delivered(NEW)[-1].subject == "Cofnięto zmianę adresu"
    assert delivered(ola.email)[-1].subject == "Zmiana hasła"


def test_everything_the_intruder_has_set_up_becomes_void(ola: Person) -> None:
    token = changed(ola, NEW)
    call("POST", "/api/user/password_reset/", json_body={"email": NEW})
    reset = delivered(NEW)[-1].token
    request_change(ola, NEXT)
    pending = mailed_link(NEXT)
    query("INSERT INTO identities (user_id, issuer, subject, linked_at) VALUES (%s, 'x', 'y', now())", ola.id)
    query("INSERT INTO calendar_feeds (user_id, token_hash) VALUES (%s, 'x')", ola.id)
    assert revoke(token).status == 200
    body = {"token": reset, "password": "Czerwony!Rower8"}
    assert call("POST", "/api/user/password_reset/confirm/", json_body=body).status == 404
    assert confirm(pending).status == 404
    for table in ("calendar_feeds", "identities"):
        assert query(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize(("added", "stays"), [("1 hour", True), ("-1 hour", False)])
def test_only_a_second_factor_from_before_the_change_stays(ola: Person, added: str, stays: bool) -> None:  # noqa: FBT001
    token = changed(ola, NEW)
    query("UPDATE users SET second_factor_at = now() - %s::interval", added)
    query(
        "INSERT INTO second_factors (user_id, totp_seed, totp_added_at) VALUES (%s, 'x', now() - %s::interval)",
        *(ola.id, added),
    )
    assert revoke(token).status == 200
    assert query("SELECT count(*) FROM second_factors") == [(int(stays),)]
    assert query("SELECT second_factor_at IS NOT NULL FROM users") == [(stays,)]


ADD_PASSKEY = """
INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, transports, name, created_at)
VALUES (%s, convert_to(%s, 'UTF8'), '', 0, '{}', 'x', now() - %s::interval)
"""


@pytest.mark.parametrize(
    ("app", "passkey", "stay"),
    [
        ("1 hour", "-1 hour", "app"),
        ("-1 hour", "1 hour", "passkey"),
        ("-1 hour", "-1 hour", ""),
        (None, "1 hour", "passkey"),
    ],
)
def test_of_several_factors_those_from_before_the_change_stay(
    ola: Person, app: str | None, passkey: str, stay: str
) -> None:
    token = changed(ola, NEW)
    query("UPDATE users SET second_factor_at = now() - interval '1 day'")
    query("INSERT INTO second_factors (user_id) VALUES (%s)", ola.id)
    query(
        "UPDATE second_factors SET totp_seed = 'x', totp_added_at = now() - %s::interval WHERE %s", app, app is not None
    )
    query(ADD_PASSKEY, ola.id, "own", passkey)
    assert revoke(token).status == 200
    assert query("SELECT count(*) FROM second_factors WHERE totp_seed IS NOT NULL") == [(int(stay == "app"),)]
    assert query("SELECT count(*) FROM passkeys") == [(int(stay == "passkey"),)]
    assert query("SELECT second_factor_at IS NOT NULL FROM users") == [(bool(stay),)]


def test_later_changes_are_revoked_too(ola: Person) -> None:
    token = changed(ola, NEW)
    intruder = signed_in_to(NEW)
    later = changed(intruder, NEXT)
    assert revoke(token).status == 200
    assert query("SELECT email FROM users") == [(ola.email,)]
    assert revoke(later).status == 404, "the intruder's own revocation link is void"


@pytest.mark.proof
def test_a_later_change_can_be_revoked_alone(ola: Person) -> None:
    first = changed(ola, NEW)
    second = changed(signed_in_to(NEW), NEXT)
    assert revoke(second).status == 200
    assert query("SELECT email FROM users") == [(NEW,)]
    assert revoke(first, "Czerwony!Rower8").status == 200
    assert query("SELECT email FROM users") == [(ola.email,)]


@pytest.mark.proof
def test_a_password_set_by_the_intruder_does_not_keep_the_owner_out(ola: Person) -> None:
    token = changed(ola, NEW)
    call("POST", "/api/user/password_reset/", json_body={"email": NEW})
    body = {"token": delivered(NEW)[-1].token, "password": "Czerwony!Rower8"}
    assert call("POST", "/api/user/password_reset/confirm/", json_body=body).status == 200
    assert revoke(token).status == 200
    assert sign_in(ola.email, "Czerwony!Rower8").status == 401


def test_a_change_can_be_revoked_for_seven_days_and_not_later(ola: Person) -> None:
    token = changed(ola, NEW)
    [(days,)] = query(
        "SELECT extract(epoch FROM expires_at - now()) / 86400 FROM email_tokens WHERE purpose = 'revoke'"
    )
    assert REVOCABLE_DAYS - 0.01 < days <= REVOCABLE_DAYS
    query("UPDATE email_tokens SET expires_at = now()")
    query("UPDATE email_changes SET revocable_until = now()")
    assert revoke(token).status == 404
    call("POST", "/api/user/password_reset/", json_body={"email": ola.email})
    assert delivered(ola.email)[-1].subject == "Zmiana adresu Twojego konta", "the old address gives no other way in"
    assert query("SELECT email FROM users") == [(NEW,)]


def test_a_weak_password_changes_nothing(ola: Person) -> None:
    token = changed(ola, NEW)
    answer = revoke(token, "12345678")
    assert (answer.status, list(answer.json)) == (400, ["password"])
    assert query("SELECT email FROM users") == [(NEW,)]
    assert revoke(token).status == 200


@pytest.mark.proof
def test_a_suspended_owner_gets_the_address_back_and_stays_suspended(ola: Person) -> None:
    token = changed(ola, NEW)
    query("UPDATE users SET suspended_at = now()")
    assert revoke(token).status == 200
    assert query("SELECT email, suspended_at IS NOT NULL FROM users") == [(ola.email, True)]


def test_an_address_that_its_owner_can_take_back_cannot_be_registered(ola: Person, people: People) -> None:
    token = changed(ola, NEW)
    registration = {"email": ola.email.upper(), "password": PASSWORD}
    answer = call("POST", "/api/user/create/", json_body=registration)
    assert (answer.status, list(answer.json)) == (400, ["email"])
    jan = people.student()
    request_change(jan, ola.email)
    assert confirm(mailed_link(ola.email)).status in {404, 409}
    assert revoke(token).status == 200
    changed(signed_in_to(ola.email), NEXT)
    query("UPDATE email_changes SET revocable_until = now()")
    assert call("POST", "/api/user/create/", json_body=registration).status == 201


@pytest.mark.proof
def test_the_owner_may_change_back_to_the_previous_address(ola: Person) -> None:
    changed(ola, NEW)
    changed(signed_in_to(NEW), ola.email)
    assert query("SELECT email FROM users") == [(ola.email,)]


def test_the_page_asks_before_it_confirms(ola: Person) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    answer = call("GET", page(token))
    assert (answer.status, answer.headers["referrer-policy"]) == (200, "no-referrer")
    assert "<h1>Zmiana adresu e-mail</h1>" in text(answer)
    assert NEW in text(answer)
    assert query("SELECT email FROM users") == [(ola.email,)]
    done = click(token)
    assert (done.status, f"logujesz się adresem {NEW}" in text(done)) == (200, True)
    assert query("SELECT email FROM users") == [(NEW,)]
    for gone in (call("GET", page(token), headers=BROWSER), click(token)):
        assert (gone.status, "Ten link już nie działa" in text(gone)) == (404, True)


def test_the_page_revokes_a_change_with_a_new_password(ola: Person) -> None:
    token = changed(ola, NEW)
    assert 'type="password"' in text(call("GET", page(token)))
    for weak in (b"", b"password=12345678"):
        again = click(token, weak)
        assert (again.status, 'role="alert"' in text(again)) == (400, True)
    assert click(token, f"password={NEW_PASSWORD}".encode()).status == 200
    assert sign_in(ola.email, NEW_PASSWORD).status == 200


def test_the_page_says_what_is_wrong_with_a_password_in_the_language_of_the_account(ola: Person) -> None:
    token = changed(ola, NEW)
    for language, complaint in (("pl", "To hasło jest za krótkie."), ("en", "The password is too short.")):
        query("UPDATE users SET language = %s", language)
        assert complaint in text(click(token, b"password=short"))


def test_the_page_says_that_the_address_now_belongs_to_another_account(ola: Person, people: People) -> None:
    request_change(ola, NEW)
    token = mailed_link(NEW)
    people.student(email=NEW)
    answer = click(token)
    assert (answer.status, "należy już do innego konta" in text(answer)) == (409, True)


def test_other_clients_get_errors_as_json(platform: None) -> None:
    for answer in (call("GET", page("x")), call("POST", page("x"), json_body={})):
        assert (answer.status, answer.json["code"]) == (404, "email_change_link_void")


def test_the_page_of_a_void_link_is_in_the_browser_s_language(platform: None) -> None:
    answer = call("GET", page("a" * 64), headers=BROWSER | {"accept-language": "en"})
    assert (answer.status, 'lang="en"' in text(answer)) == (404, True)
