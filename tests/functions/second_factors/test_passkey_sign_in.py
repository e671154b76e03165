"""Signing in with a passkey: after the password, and alone."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from functions.profiles.handler import handler as profiles_handler
from functions.second_factors.data.passkeys import note_use
from shared.domain import limits
from shared.domain.auth import identify
from shared.kit.db.transactions import transaction
from tests.functions.second_factors.test_changes import change, overview, subjects
from tests.functions.second_factors.test_sign_in import give_password, sessions
from tests.support.authenticator import USER_PRESENT, Authenticator, base64url
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.passkeys import add, call, sign_in, signed
from tests.support.people import People, Person, query
from tests.support.second_factors import Secured, ticket_for

profiles = LambdaClient(profiles_handler)
# Whether a second factor was given, and no password.
NEW_SESSION = "SELECT second_factor_checked_at > now() - interval '1 minute', password_checked_at < '2000-01-01'"


@pytest.fixture
def ewa(people: People) -> Person:
    return people.student(email="ewa@example.com", language="en")


@pytest.fixture
def phone(ewa: Person) -> Authenticator:
    """Ewa's passkey."""
    made = Authenticator()
    assert add(ewa, made).status == 200
    return made


def ticket(person: Person) -> str:
    answer = give_password(person.email)
    assert answer.json["code"] == "second_factor_required"
    return str(answer.json["ticket"])


def asked(ticket: str) -> Answer:
    return call("POST", "/api/token/second_factor/passkey/", json_body={"ticket": ticket})


def give(ticket: str, passkey: Any, **more: Any) -> Answer:
    return call("POST", "/api/token/second_factor/", json_body={"ticket": ticket, "passkey": passkey, **more})


def test_password_and_passkey_give_the_tokens_of_a_session(ewa: Person, phone: Authenticator) -> None:
    own = ticket(ewa)
    options = asked(own).json
    assert options["allowCredentials"] == [
        {"type": "public-key", "id": base64url(phone.credential_id), "transports": ["internal"]}
    ]
    assert (options["rpId"], options["userVerification"]) == ("api.example.com", "required")
    signed = phone.get(options)
    answer = give(own, signed)
    assert (answer.status, list(answer.json)) == (200, ["refresh", "access"])
    assert identify(answer.json["access"]).passed_second_factor
    assert profiles("GET", "/api/user/me/", token=answer.json["access"]).status == 200
    assert give(own, signed).json["code"] == "ticket_expired"
    assert give(ticket(ewa), signed).json["code"] == "wrong_passkey"
    assert query(f"{NEW_SESSION} FROM sign_in_sessions WHERE id <> %s", ewa.session_id) == [(True, False)]


def test_an_account_without_passkeys_gets_no_challenge(ola: Secured) -> None:
    answer = asked(ticket_for(ola))
    assert (answer.status, answer.json["code"]) == (409, "no_passkey")
    assert asked("x").json["code"] == "ticket_expired"


def test_a_code_or_a_passkey_is_required(ewa: Person, phone: Authenticator) -> None:
    answer = call("POST", "/api/token/second_factor/", json_body={"ticket": ticket(ewa)})
    assert (answer.status, answer.json) == (400, {"code": ["To pole jest wymagane."]})


def test_a_passkey_of_somebody_else_is_wrong(phone: Authenticator, ola: Secured) -> None:
    add(ola.person, Authenticator(), code=ola.recovery_codes[0])
    own = ticket_for(ola)
    answer = give(own, phone.get(asked(own).json))
    assert (answer.status, answer.json["code"]) == (401, "wrong_passkey")
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    assert sessions() == 2


def test_a_ticket_allows_five_tries_with_passkeys_too(ewa: Person, phone: Authenticator) -> None:
    own = ticket(ewa)
    assert {give(own, {}).json["code"] for _ in range(5)} == {"wrong_passkey"}
    assert asked(own).json["code"] == "ticket_expired"
    assert query("SELECT failures FROM second_factors") == [(0,)]


def test_a_recovery_code_signs_in_to_an_account_whose_only_factor_is_a_passkey(ewa: Person) -> None:
    codes = add(ewa, Authenticator()).json["recovery_codes"]
    body = {"ticket": ticket(ewa), "code": codes[0]}
    assert call("POST", "/api/token/second_factor/", json_body=body).status == 200
    body = {"ticket": ticket(ewa), "code": "000000"}
    assert call("POST", "/api/token/second_factor/", json_body=body).json["code"] == "wrong_code"


def test_a_passkey_alone_signs_in_with_both_factors_but_without_the_password(ewa: Person, phone: Authenticator) -> None:
    query("UPDATE users SET signed_in_at = now()")
    answer = sign_in(phone)
    assert (answer.status, list(answer.json)) == (200, ["refresh", "access"])
    assert identify(answer.json["access"]).passed_second_factor
    assert query(f"{NEW_SESSION} FROM sign_in_sessions WHERE id <> %s", ewa.session_id) == [(True, True)]
    assert overview(ewa)["passkeys"][0]["last_used_at"] is not None
    again = call("POST", "/api/user/second_factors/passkeys/", token=answer.json["access"], json_body={})
    assert again.json["code"] == "password_check_needed"
    assert "New sign-in" in subjects(ewa)


def test_a_device_that_was_signed_in_before_is_not_new(ewa: Person, phone: Authenticator) -> None:
    query("UPDATE users SET signed_in_at = now()")
    assert sign_in(phone, refresh=ewa.refresh).status == 200
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'new_device'") == [(0,)]


def test_anybody_can_get_a_challenge_which_reveals_no_passkeys(phone: Authenticator) -> None:
    options = call("POST", "/api/token/passkey/begin/").json
    assert list(options) == ["challenge", "timeout", "rpId", "allowCredentials", "userVerification"]
    assert options["allowCredentials"] == []


LIES: dict[str, Any] = {
    "another origin": {"origin": "https://evil.example"},
    "the other ceremony": {"client": {"type": "webauthn.create"}},
    "a frame": {"client": {"crossOrigin": True}},
    "another challenge": {"client": {"challenge": base64url(bytes(32))}},
    "user not present": {"flags": 0},
    "user not verified": {"flags": USER_PRESENT},
    "another account": {"user_handle": base64url(bytes(16))},
    "no account": {"user_handle": None},
    "a copy of its id": {"key": Authenticator().key},
    "an unknown id": {"credential_id": b"unknown"},
    "a count that went back": {"count": -1},
}


def test_signatures_from_other_origins_or_of_other_kinds_are_refused(phone: Authenticator) -> None:
    assert sign_in(phone).status == 200
    before = sessions()
    for name, lie in LIES.items():
        answer = sign_in(replace(phone, **lie))
        assert (answer.status, answer.json["code"]) == (401, "wrong_passkey"), name
    assert sessions() == before
    assert sign_in(phone).status == 200


def test_a_signature_for_another_domain_is_refused(phone: Authenticator) -> None:
    begun = call("POST", "/api/token/passkey/begin/").json
    signed = phone.get({**begun, "rpId": "evil.example"})
    assert call("POST", "/api/token/passkey/", json_body={"passkey": signed}).status == 401


def test_a_modified_signature_is_refused(phone: Authenticator) -> None:
    others: list[Any] = ["AAAA", "", None, 5, "\ud800", []]
    for part, other in product(("signature", "authenticatorData", "clientDataJSON"), others):
        answer = phone.get(call("POST", "/api/token/passkey/begin/").json)
        whole = answer["response"][part]
        answer["response"][part] = f"{other}{whole[4:]}" if isinstance(other, str) else other
        assert call("POST", "/api/token/passkey/", json_body={"passkey": answer}).json["code"] == "wrong_passkey"


def test_a_count_that_does_not_increase_is_refused_and_not_stored(phone: Authenticator) -> None:
    """A copy of the passkey may exist (section 6.1.1)."""
    phone.count = 6
    assert sign_in(phone).status == 200
    for count in (6, 5, -1):
        phone.count = count
        assert sign_in(phone).status == 401
    assert query("SELECT sign_count FROM passkeys") == [(7,)]


def test_authenticators_without_a_counter_are_accepted(ewa: Person) -> None:
    synced = Authenticator(counts=False)
    add(ewa, synced)
    assert [sign_in(synced).status for _ in range(2)] == [200, 200]


def test_a_signature_works_once(phone: Authenticator) -> None:
    phone.counts = False
    query("UPDATE passkeys SET sign_count = 0")
    signed = phone.get(call("POST", "/api/token/passkey/begin/").json)
    statuses = [call("POST", "/api/token/passkey/", json_body={"passkey": signed}).status for _ in range(2)]
    assert statuses == [200, 401]


def test_challenges_with_and_without_a_ticket_are_not_interchangeable(ewa: Person, phone: Authenticator) -> None:
    signed = phone.get(asked(ticket(ewa)).json)
    assert call("POST", "/api/token/passkey/", json_body={"passkey": signed}).status == 401
    assert give(ticket(ewa), phone.get(call("POST", "/api/token/passkey/begin/").json)).status == 401


def test_challenges_of_changes_and_of_sign_ins_are_not_interchangeable(ewa: Person, phone: Authenticator) -> None:
    own = ticket(ewa)
    assert give(own, **signed(ewa, phone)).json["code"] == "wrong_passkey"
    answer = change(ewa, "turn_off", passkey=phone.get(asked(own).json))
    assert (answer.status, answer.json["code"]) == (403, "wrong_passkey")
    assert give(own, phone.get(asked(own).json)).status == 200


def test_a_challenge_of_somebody_else_is_refused(phone: Authenticator, ewa: Person, ola: Secured) -> None:
    key = Authenticator()
    add(ola.person, key, code=ola.recovery_codes[0])
    theirs, own = asked(ticket(ewa)).json, ticket_for(ola)
    assert give(own, key.get(theirs)).json["code"] == "wrong_passkey"
    assert give(own, key.get(asked(own).json)).status == 200


@pytest.mark.usefixtures("phone")
def test_the_count_must_also_increase_when_it_is_stored() -> None:
    """Otherwise a passkey and its copy could sign in at the same moment."""
    [(number,)] = query("SELECT id FROM passkeys")
    for kept, given, grows in ((7, 8, True), (7, 7, False), (7, 0, False), (0, 0, True), (0, 1, True)):
        query("UPDATE passkeys SET sign_count = %s", kept)
        with transaction() as db:
            assert note_use(db, number, given) is grows
        assert query("SELECT sign_count FROM passkeys") == [(given if grows else kept,)]


def test_a_suspended_account_gets_its_own_error(phone: Authenticator) -> None:
    query("UPDATE users SET suspended_at = now()")
    answer = sign_in(phone)
    assert (answer.status, answer.json["code"]) == (401, "account_suspended")


@pytest.mark.usefixtures("rate_limits")
def test_challenges_of_strangers_are_limited_and_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PASSKEY_SIGN_INS", replace(limits.PASSKEY_SIGN_INS, count=2))
    statuses = [call("POST", "/api/token/passkey/begin/").status for _ in range(3)]
    assert statuses == [200, 200, 429]
    query("UPDATE passkey_challenges SET expires_at = now() - interval '1 second'")
    assert call("POST", "/api/token/passkey/begin/", source_ip="203.0.113.9").status == 200
    assert query("SELECT count(*) FROM passkey_challenges") == [(1,)]


def test_an_account_has_one_challenge_per_purpose(ewa: Person, phone: Authenticator) -> None:
    own = ticket(ewa)
    first, _second = asked(own).json, asked(own).json
    assert query("SELECT count(*) FROM passkey_challenges WHERE user_id = %s", ewa.id) == [(1,)]
    assert give(own, phone.get(first)).status == 401
