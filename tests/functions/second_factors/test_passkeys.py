"""Adding, renaming and removing passkeys, and using one to confirm a change of factors."""

from typing import Any

import pytest

from functions.second_factors.domain.passkeys import MOST
from shared.data.staff_actions import Grounds
from shared.domain.auth import identify
from shared.domain.suspension import remove_second_factor
from shared.kit.db.transactions import transaction
from tests.functions.second_factors.test_changes import accounts, change, enrol, enrolment, overview, subjects
from tests.functions.second_factors.test_sign_in import give_password, sessions
from tests.support.authenticator import USER_PRESENT, Authenticator, base64url, decoded
from tests.support.passkeys import PASSKEYS, add, ask, call, sign_in, signed
from tests.support.people import People, Person, query
from tests.support.second_factors import Secured


@pytest.fixture
def ewa(people: People) -> Person:
    return people.student(email="ewa@example.com", language="en")


def test_browsers_are_asked_for_a_discoverable_passkey_without_attestation(ewa: Person) -> None:
    options = ask(ewa).json
    assert options["rp"] == {"id": "api.example.com", "name": "Korepetycje"}
    assert options["user"] == {
        "id": base64url(ewa.id.bytes),
        "name": "ewa@example.com",
        "displayName": "ewa@example.com",
    }
    assert len(decoded(options["challenge"])) == 32
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (options["attestation"], options["excludeCredentials"]) == ("none", [])


def test_a_passkey_is_active_once_a_browser_has_created_it(ewa: Person) -> None:
    other = give_password(ewa.email).json["access"]
    phone = Authenticator()
    answer = add(ewa, phone)
    assert (answer.status, len(answer.json["recovery_codes"])) == (200, 10)
    found = overview(ewa)
    assert (found["enabled"], found["authenticator_app_added_at"], found["recovery_codes_left"]) == (True, None, 10)
    [shown] = found["passkeys"]
    assert (list(shown), shown["name"]) == (["id", "name", "created_at", "last_used_at"], "Telefon")
    assert (shown["created_at"] is None, shown["last_used_at"]) == (False, None)
    assert give_password(ewa.email).json["code"] == "second_factor_required"
    assert subjects(ewa)[-1] == "Passkey added"
    assert call("GET", "/api/user/second_factors/", token=other).status == 401, "other devices are signed out"
    assert identify(ewa.access).passed_second_factor
    assert query("SELECT credential_id, transports FROM passkeys") == [(phone.credential_id, ["internal"])]


def test_another_passkey_requires_a_factor_and_excludes_the_existing_ones(ewa: Person) -> None:
    phone, key = Authenticator(), Authenticator()
    codes = add(ewa, phone).json["recovery_codes"]
    refused = ask(ewa)
    assert (refused.status, refused.json["code"]) == (403, "code_needed")
    begun = ask(ewa, **signed(ewa, phone))
    assert begun.json["excludeCredentials"] == [
        {"type": "public-key", "id": base64url(phone.credential_id), "transports": ["internal"]}
    ]
    confirmed = ask(ewa, "confirm/", name="Klucz", passkey=key.create(begun.json))
    assert confirmed.json == {"recovery_codes": []}
    assert [each["name"] for each in overview(ewa)["passkeys"]] == ["Telefon", "Klucz"]
    assert add(ewa, Authenticator(), code=codes[0]).status == 200
    assert ask(ewa, code="aaaa").json["code"] == "wrong_code"


def test_changes_accept_a_passkey_instead_of_a_code(ewa: Person) -> None:
    phone = Authenticator()
    add(ewa, phone)
    assert change(ewa, "app", **signed(ewa, phone)).status == 200
    assert len(change(ewa, "recovery_codes", **signed(ewa, phone)).json["recovery_codes"]) == 10
    assert overview(ewa)["passkeys"][0]["last_used_at"] is not None
    stranger = {"passkey": Authenticator().get(call("POST", f"{PASSKEYS}request/", token=ewa.access).json)}
    answer = change(ewa, "turn_off", **stranger)
    assert (answer.status, answer.json["code"]) == (403, "wrong_passkey")
    assert change(ewa, "turn_off", **signed(ewa, phone)).status == 200
    assert (overview(ewa)["enabled"], overview(ewa)["passkeys"]) == (False, [])
    assert sign_in(phone).status == 401


def test_a_signature_works_once_and_for_its_purpose_only(ewa: Person) -> None:
    phone = Authenticator(counts=False)
    add(ewa, phone)
    given = signed(ewa, phone)
    assert change(ewa, "recovery_codes", **given).status == 200
    assert change(ewa, "recovery_codes", **given).json["code"] == "wrong_passkey"
    begun = call("POST", "/api/token/passkey/begin/").json
    assert change(ewa, "turn_off", passkey=phone.get(begun)).json["code"] == "wrong_passkey"
    expired = signed(ewa, phone)
    query("UPDATE passkey_challenges SET expires_at = now()")
    assert change(ewa, "turn_off", **expired).json["code"] == "wrong_passkey"


def test_too_many_wrong_codes_do_not_block_passkeys(ola: Secured) -> None:
    phone = Authenticator()
    add(ola.person, phone, code=ola.recovery_codes[0])
    for _ in range(10):
        change(ola.person, "turn_off", code=ola.wrong_code)
    assert change(ola.person, "turn_off", code=ola.code()).status == 429
    assert change(ola.person, "turn_off", **signed(ola.person, phone)).status == 200


LIES: dict[str, Any] = {
    "another origin": {"origin": "https://evil.example"},
    "a neighbour": {"origin": "https://api.example.com.evil.example"},
    "plain http": {"origin": "http://api.example.com"},
    "the other ceremony": {"client": {"type": "webauthn.get"}},
    "a frame": {"client": {"crossOrigin": True}},
    "the page around": {"client": {"topOrigin": "https://evil.example"}},
    "another challenge": {"client": {"challenge": "AAAA"}},
    "no challenge": {"client": {"challenge": None}},
    "user not present": {"flags": 0},
    "user not verified": {"flags": USER_PRESENT},
}


def test_passkeys_from_other_origins_or_of_other_kinds_are_not_added(ewa: Person) -> None:
    for name, lie in LIES.items():
        answer = add(ewa, Authenticator(**lie))
        assert (answer.status, answer.json["code"]) == (403, "wrong_passkey"), name
    assert (overview(ewa)["enabled"], query("SELECT count(*) FROM passkeys")) == (False, [(0,)])


def test_a_passkey_for_another_domain_is_not_added(ewa: Person) -> None:
    options = ask(ewa).json
    options["rp"]["id"] = "evil.example"
    answer = ask(ewa, "confirm/", name="x", passkey=Authenticator().create(options))
    assert answer.json["code"] == "wrong_passkey"


JUNK: list[Any] = [{}, {"id": 5}, {"response": None}, {"response": {"clientDataJSON": 5}}, {"response": []}]
JUNK += [{"response": {"clientDataJSON": base64url(text)}} for text in (b"", b"5", b"[]", b"{}", b"[" * 5000, b"\xff")]


def test_malformed_answers_are_refused_as_a_wrong_passkey(ewa: Person) -> None:
    for passkey in (*JUNK, *({"id": "AAAA", **each} for each in JUNK)):
        assert ask(ewa, "confirm/", name="x", passkey=passkey).json["code"] == "wrong_passkey"
        assert call("POST", "/api/token/passkey/", json_body={"passkey": passkey}).json["code"] == "wrong_passkey"


def test_modified_answers_of_browsers_are_refused(ewa: Person) -> None:
    for part in ("attestationObject", "clientDataJSON"):
        made = Authenticator().create(ask(ewa).json)
        whole = made["response"][part]
        for text in (whole[:-8], "AAAA", "", None, 5, "\ud800", whole[:40] + "AAAA" + whole[44:]):
            made["response"][part] = text
            assert ask(ewa, "confirm/", name="x", passkey=made).json["code"] == "wrong_passkey"
    assert query("SELECT count(*) FROM passkeys") == [(0,)]


def test_a_passkey_that_is_no_object_or_too_large_is_reported_at_its_field(ewa: Person) -> None:
    wrong: list[Any] = [None, 5, "x", [], {"x": "y" * 17_000}]
    for passkey in wrong:
        for answer in (ask(ewa, "confirm/", name="x", passkey=passkey), change(ewa, "turn_off", passkey=passkey)):
            assert (answer.status, list(answer.json)) == (400, ["passkey"])
            assert len(answer.json["passkey"]) == 1


def test_a_name_must_be_visible_and_not_too_long(ewa: Person) -> None:
    for name in ("", " ", "\u200b", "x" * 101, None):
        assert list(ask(ewa, "confirm/", name=name, passkey={}).json) == ["name"]


def test_a_passkey_belongs_to_one_account(ewa: Person, people: People) -> None:
    phone = Authenticator()
    add(ewa, phone)
    answer = add(people.student(), phone)
    assert (answer.status, answer.json["code"]) == (409, "passkey_already_added")
    assert query("SELECT user_id FROM passkeys") == [(ewa.id,)]
    assert query("SELECT count(*) FROM users WHERE second_factor_at IS NOT NULL") == [(1,)]


def test_an_account_may_have_ten_passkeys(ewa: Person) -> None:
    phone = Authenticator()
    add(ewa, phone)
    waiting = ask(ewa, **signed(ewa, phone)).json
    query(
        "INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, transports, name)"
        " SELECT user_id, convert_to(n::text, 'UTF8'), '', 0, '{}', 'x' FROM passkeys, generate_series(1, %s) n",
        MOST - 1,
    )
    late = ask(ewa, "confirm/", name="x", passkey=Authenticator().create(waiting))
    assert (late.status, late.json["code"]) == (409, "too_many_passkeys")
    answer = ask(ewa, **signed(ewa, phone))
    assert (answer.status, answer.json["code"]) == (409, "too_many_passkeys")


@pytest.mark.parametrize("what", ["", "confirm/", "1/remove/"])
def test_changes_of_passkeys_require_a_recently_entered_password(ola: Secured, what: str) -> None:
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '15 minutes 1 second'")
    body = {"name": "x", "passkey": {}} if what == "confirm/" else {"code": ola.code()}
    answer = ask(ola.person, what, **body)
    assert (answer.status, answer.json["code"]) == (403, "password_check_needed")


def rename(person: Person, number: int, name: str) -> int:
    return call("PATCH", f"{PASSKEYS}{number}/", token=person.access, json_body={"name": name}).status


def test_only_its_owner_can_rename_a_passkey(ewa: Person, people: People) -> None:
    add(ewa, Authenticator())
    [shown] = overview(ewa)["passkeys"]
    assert rename(ewa, shown["id"], "Stary telefon") == 200
    assert rename(people.student(), shown["id"], "Mój") == 404
    assert rename(ewa, shown["id"] + 1, "Nic") == 404
    assert overview(ewa)["passkeys"] == [{**shown, "name": "Stary telefon"}]


def test_its_owner_can_remove_a_passkey_while_another_factor_stays(ola: Secured, people: People) -> None:
    phone = Authenticator()
    add(ola.person, phone, code=ola.recovery_codes[0])
    [shown] = overview(ola.person)["passkeys"]
    own = f"{shown['id']}/remove/"
    assert ask(people.student(), own, code="x").json["code"] == "no_second_factor"
    assert ask(ola.person, own).json == {"code": ["This field is required."]}
    assert ask(ola.person, own, code=ola.wrong_code).json["code"] == "wrong_code"
    assert ask(ola.person, "0/remove/", code=ola.recovery_codes[1]).status == 404
    assert ask(ola.person, own, code=ola.recovery_codes[1]).json == {"detail": "Removed."}
    assert subjects(ola.person)[-1] == "Passkey removed"
    assert (overview(ola.person)["passkeys"], overview(ola.person)["enabled"]) == ([], True)
    answer = call("POST", f"{PASSKEYS}request/", token=ola.person.access)
    assert (answer.status, answer.json["code"]) == (409, "no_passkey")
    assert sign_in(phone).status == 401


def test_somebody_else_s_passkey_cannot_be_removed(ola: Secured, ewa: Person) -> None:
    add(ewa, Authenticator())
    [shown] = overview(ewa)["passkeys"]
    assert ask(ola.person, f"{shown['id']}/remove/", code=ola.recovery_codes[0]).status == 404
    assert len(overview(ewa)["passkeys"]) == 1


def test_the_last_factor_cannot_be_removed_but_only_turned_off(ewa: Person) -> None:
    phone = Authenticator()
    add(ewa, phone)
    [shown] = overview(ewa)["passkeys"]
    answer = ask(ewa, f"{shown['id']}/remove/", **signed(ewa, phone))
    assert (answer.status, answer.json["code"]) == (409, "last_factor")
    key = Authenticator()
    add(ewa, key, **signed(ewa, phone))
    assert ask(ewa, f"{shown['id']}/remove/", **signed(ewa, phone)).status == 200
    assert (sign_in(phone).status, sign_in(key).status) == (401, 200)


def test_passkeys_are_deleted_with_the_account(ewa: Person) -> None:
    add(ewa, Authenticator())
    call("POST", f"{PASSKEYS}request/", token=ewa.access)
    [exported] = accounts("GET", "/api/user/export/", token=ewa.access).json["second_factors"]
    [passkey] = exported["passkeys"]
    assert (list(passkey), passkey["name"]) == (["name", "created_at", "last_used_at"], "Telefon")
    assert accounts("DELETE", "/api/user/delete/", token=ewa.access).status == 200
    for table in ("passkeys", "passkey_challenges", "second_factors"):
        assert query(f"SELECT count(*) FROM {table}") == [(0,)]


def test_the_operator_removes_passkeys_too(ewa: Person) -> None:
    phone = Authenticator()
    add(ewa, phone)
    with transaction() as db:
        assert remove_second_factor(db, ewa.id, Grounds(None, "Zgubiony telefon")).changed
    assert (give_password(ewa.email).status, sign_in(phone).status) == (200, 401)
    assert query("SELECT count(*) FROM passkeys") == [(0,)]


def test_a_link_from_the_operator_adds_the_first_passkey(ewa: Person) -> None:
    link, phone = enrolment(ewa), Authenticator()
    wrong = enrol(
        "passkey/confirm/", ticket=link, name="x", passkey=Authenticator().create(ask(ewa).json) | {"id": "x"}
    )
    assert (wrong.status, wrong.json["code"]) == (403, "wrong_passkey")
    begun = enrol("passkey/", ticket=link)
    answer = enrol("passkey/confirm/", ticket=link, name="Telefon", passkey=phone.create(begun.json))
    assert len(answer.json["recovery_codes"]) == 10
    assert sessions() == 0
    assert sign_in(phone).status == 200
    for what, more in (("passkey/", {}), ("passkey/confirm/", {"name": "x", "passkey": {}})):
        again = enrol(what, ticket=link, **more)
        assert (again.status, again.json["code"]) == (404, "enrolment_expired")
