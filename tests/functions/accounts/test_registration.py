"""Registering an account."""

from typing import Any
from unicodedata import normalize

import pytest

from functions.accounts.handler import handler
from shared.kit.security.password_hashes import password_matches
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.people import query

call = LambdaClient(handler)
PATH = "/api/user/create/"
OLA: dict[str, Any] = {
    "email": "ola@example.com",
    "password": "Zielona!Herbata7",
    "first_name": "Ola",
    "last_name": "Nowak",
    "is_tutor": False,
}
CREATED = {"Info": "Your confirmation code was send to your email."}
REQUIRED, BLANK = "To pole jest wymagane.", "To pole nie może być puste."
NULL, NOT_TEXT = "Pole nie może mieć wartości null.", "Not a valid string."
NOT_EMAIL, NOT_FLAG = "Podaj poprawny adres e-mail.", "Must be a valid boolean."
NUL = "Znaki null są niedozwolone."
TUTOR_DOMAIN = "Email must end with @stud.prz.edu.pl or @prz.edu.pl for tutors"
MULTIPART = """\
--x\r
Content-Disposition: form-data; name="email"\r
\r
ola@example.com\r
--x\r
Content-Disposition: form-data; name="password"\r
\r
Zielona!Herbata7\r
--x\r
Content-Disposition: form-data; name="first_name"\r
\r
Łucja\r
--x--\r
"""
TAKEN = {"email": ["Istnieje już user z tą wartością pola email."]}


def register(**changes: Any) -> Answer:
    return call("POST", PATH, json_body=OLA | changes)


def accounts() -> int:
    return int(query("SELECT count(*) FROM users")[0][0])


def too_long(most: int) -> str:
    return f"Upewnij się, że to pole ma nie więcej niż {most} znaków."


def test_a_new_account_is_unconfirmed(platform: None) -> None:
    answer = register()
    assert (answer.status, answer.json) == (201, CREATED)
    assert answer.headers["allow"] == "POST, OPTIONS"
    [(email, first, last, tutor, staff, confirmed)] = query(
        "SELECT email, first_name, last_name, is_tutor, is_staff, confirmed_at FROM users"
    )
    assert (email, first, last, tutor, staff, confirmed) == ("ola@example.com", "Ola", "Nowak", False, False, None)
    assert [mail.subject for mail in delivered("ola@example.com")] == ["Potwierdzenie adresu email"]


def test_the_password_is_stored_as_an_argon2id_hash(production_hashes: None) -> None:
    register()
    [(kept,)] = query("SELECT password_hash FROM users")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_matches(kept, OLA["password"])


def test_only_address_and_password_are_required(platform: None) -> None:
    answer = call("POST", PATH, json_body={"email": OLA["email"], "password": OLA["password"]})
    assert (answer.status, answer.json) == (201, CREATED)
    assert query("SELECT first_name, last_name, is_tutor FROM users") == [("", "", False)]


def test_names_and_addresses_are_normalized(platform: None) -> None:
    """Addresses that look the same because of compatible letters are one address, not two accounts."""
    names = {"first_name": normalize("NFD", "Żaneta"), "last_name": normalize("NFD", "Łoś")}
    assert register(email="ola@\u212aot.example", **names).status == 201
    assert query("SELECT email, first_name, last_name FROM users") == [("ola@Kot.example", "Żaneta", "Łoś")]
    assert register(email="ola@kot.example").json == TAKEN


def test_text_is_trimmed(platform: None) -> None:
    assert register(email=" ola@example.com ", password="  Zielona!Herbata7 ", first_name=" Ola ").status == 201
    [(email, first, kept)] = query("SELECT email, first_name, password_hash FROM users")
    assert (email, first) == ("ola@example.com", "Ola")
    assert password_matches(kept, "Zielona!Herbata7")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (
            "application/x-www-form-urlencoded",
            "email=ola%40example.com&password=Zielona%21Herbata7&first_name=%C5%81ucja",
        ),
        (
            "multipart/form-data; boundary=x",
            MULTIPART,
        ),
    ],
)
def test_form_data_is_accepted_too(platform: None, content_type: str, body: str) -> None:
    answer = call("POST", PATH, body=body.encode(), headers={"content-type": content_type})
    assert (answer.status, answer.json) == (201, CREATED)
    assert query("SELECT email, first_name FROM users") == [("ola@example.com", "Łucja")]


@pytest.mark.parametrize(
    ("field", "value", "complaints"),
    [
        ("email", None, [NULL]),
        ("email", " ", [BLANK]),
        ("email", "zly", [NOT_EMAIL]),
        ("email", "a@b@example.com", [NOT_EMAIL]),
        ("email", "ola@localhost", [NOT_EMAIL]),
        ("email", "ola@example.com\r\nBcc: x@example.com", [NOT_EMAIL]),
        ("email", "Ola <ola@example.com>", [NOT_EMAIL]),
        ("email", "żółw@example.com", [NOT_EMAIL]),
        ("email", "ola@żółw.pl", [NOT_EMAIL]),
        ("email", "=?utf-8?q?victim?=@example.com", [NOT_EMAIL]),
        ("email", "=?x?q?victim?=@example.com", [NOT_EMAIL]),
        ("email", "=?UTF-8?B?dmljdGlt?=@example.com", [NOT_EMAIL]),
        ("email", "=?utf-8?q?x=0D=0A?=@example.com", [NOT_EMAIL]),
        ("email", "=?utf-8?q?x=40evil.com=2C?=@prz.edu.pl", [NOT_EMAIL]),
        ("email", "ola.=?utf-8?q?x?=@example.com", [NOT_EMAIL]),
        ("email", "ola=jan?x@example.com", None),
        ("email", ["ola@example.com"], [NOT_EMAIL]),
        ("email", {}, [NOT_EMAIL]),
        ("email", True, [NOT_EMAIL]),
        ("email", f"{'a' * 250}@example.com", [too_long(255)]),
        ("email", f"{'a' * 64}@example.com", None),
        ("email", f"{'a' * 65}@example.com", [NOT_EMAIL]),
        ("email", "a\0b@example.com", [NUL, NOT_EMAIL]),
        ("email", "a\ud800@example.com", ["Surrogate characters are not allowed: U+D800.", NOT_EMAIL]),
        ("password", None, [NULL]),
        ("password", "", [BLANK]),
        ("password", [], [NOT_TEXT]),
        ("password", True, [NOT_TEXT]),
        ("password", "Zielon!7", None),
        ("password", "Zielo!7", ["Upewnij się, że pole ma co najmniej 8 znaków."]),
        ("password", " Zielo!7 ", ["Upewnij się, że pole ma co najmniej 8 znaków."]),
        ("password", "Aa1!" * 32, None),
        ("password", "Aa1!" * 32 + "x", [too_long(128)]),
        ("password", "Zielona\0Herbata7", [NUL]),
        ("first_name", None, [NULL]),
        ("first_name", {}, [NOT_TEXT]),
        ("first_name", "", None),
        ("first_name", "ż" * 255, None),
        ("first_name", "ż" * 256, [too_long(255)]),
        ("first_name", "\u202e\u200b", [BLANK]),
        ("first_name", "a\r\nb", ["Niepoprawna wartość."]),
        ("first_name", "Anne\u200dMarie O’Neil", None),
        ("last_name", "\u2066", [BLANK]),
        ("last_name", "Nowak\u202e", ["Niepoprawna wartość."]),
        ("last_name", None, [NULL]),
        ("last_name", "ż" * 256, [too_long(255)]),
        ("last_name", "a\0", [NUL]),
        ("is_tutor", None, [NULL]),
        ("is_tutor", [], [NOT_FLAG]),
        ("is_tutor", 0, None),
    ],
)
def test_each_field_has_its_rules(platform: None, field: str, value: Any, complaints: list[str] | None) -> None:
    answer = register(**{field: value})
    if complaints is None:
        assert (answer.status, answer.json) == (201, CREATED)
    else:
        assert (answer.status, answer.json) == (400, {field: complaints})
    assert accounts() == (complaints is None)
    assert len(delivered()) == accounts()


@pytest.mark.parametrize(
    ("accepted", "language", "subject"),
    [
        ("en-GB,en;q=0.9,pl;q=0.8", "en", "Confirm your e-mail address"),
        ("pl,en;q=0.9", "pl", "Potwierdzenie adresu email"),
        ("de,uk;q=0.5", "pl", "Potwierdzenie adresu email"),
        ("", "pl", "Potwierdzenie adresu email"),
    ],
)
def test_an_account_gets_the_language_of_the_browser(
    platform: None, accepted: str, language: str, subject: str
) -> None:
    assert call("POST", PATH, json_body=OLA, headers={"accept-language": accepted}).status == 201
    assert query("SELECT language FROM users") == [(language,)]
    assert [mail.subject for mail in delivered()] == [subject]


def test_all_invalid_fields_are_reported_at_once(platform: None) -> None:
    answer = call("POST", PATH, json_body={"email": "zly", "first_name": None, "is_tutor": []})
    expected = {"email": [NOT_EMAIL], "password": [REQUIRED], "first_name": [NULL], "is_tutor": [NOT_FLAG]}
    assert (answer.status, answer.json) == (400, expected)
    answer = register(is_tutor="maybe")
    assert (answer.status, answer.json) == (400, {"email": [TUTOR_DOMAIN], "is_tutor": [NOT_FLAG]})


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("ola@example.com", "Hasło jest zbyt podobne do email."),
        ("password123", "To hasło jest zbyt powszechne."),
        ("83716254901", "Hasło składa się wyłącznie z cyfr."),
    ],
)
def test_a_weak_password_is_refused(platform: None, password: str, complaint: str) -> None:
    answer = register(password=password)
    assert (answer.status, answer.json) == (400, {"password": [complaint]})
    assert accounts() == 0


@pytest.mark.parametrize("email", ["ola@stud.prz.edu.pl", "ola@prz.edu.pl", "ola@prz.EDU.pl", "Ola@Stud.PRZ.edu.pl"])
@pytest.mark.parametrize("is_tutor", [True, "true", 1, "on"])
def test_a_tutor_registers_with_a_university_address(platform: None, email: str, is_tutor: Any) -> None:
    assert register(email=email, is_tutor=is_tutor).status == 201
    assert query("SELECT u.is_tutor, t.listed, t.first_name FROM users u JOIN tutors t ON t.user_id = u.id") == [
        (True, False, "Ola")
    ]


@pytest.mark.parametrize("email", ["x@example.com", "x@prz.edu.pl.example.com", "x@kia.prz.edu.pl", "x@notprz.edu.pl"])
@pytest.mark.parametrize("is_tutor", [True, "false"])
def test_a_tutor_needs_a_university_address(platform: None, email: str, is_tutor: Any) -> None:
    answer = register(email=email, is_tutor=is_tutor)
    assert (answer.status, answer.json) == (400, {"email": [TUTOR_DOMAIN]})
    assert accounts() == 0


def test_a_student_may_have_a_university_address(platform: None) -> None:
    assert register(email="ola@prz.edu.pl").status == 201
    assert query("SELECT count(*) FROM tutors") == [(0,)]


@pytest.mark.parametrize("email", ["ola@example.com", "OLA@example.com", "ola@EXAMPLE.com", " Ola@Example.Com "])
def test_an_address_can_be_registered_once_whatever_its_case(platform: None, email: str) -> None:
    assert register().status == 201
    answer = register(email=email, password="Inne!Haslo77")
    assert (answer.status, answer.json) == (400, TAKEN)
    assert accounts() == 1
    assert len(delivered()) == 1


def test_unknown_and_protected_fields_are_ignored(platform: None) -> None:
    wished = "00000000-0000-4000-8000-000000000000"
    answer = register(
        id=wished,
        is_staff=True,
        is_superuser=True,
        is_confirmed=True,
        confirmed_at="2020-01-01",
        picture="x.png",
        profile_image="x.png",
        is_tutor_as_sent=False,
        password_hash="x",
    )
    assert answer.status == 201
    [(user_id, staff, confirmed, picture, kept)] = query(
        "SELECT id::text, is_staff, confirmed_at, picture, password_hash FROM users"
    )
    assert user_id != wished
    assert (staff, confirmed, picture) == (False, None, None)
    assert kept.startswith("$argon2id$")


def test_a_token_in_the_header_is_ignored(platform: None) -> None:
    answer = call("POST", PATH, token="broken", json_body={})
    assert (answer.status, answer.json) == (400, {"email": [REQUIRED], "password": [REQUIRED]})


def test_the_61st_registration_from_an_ip_address_in_an_hour_is_throttled(rate_limits: None) -> None:
    for _ in range(60):
        assert register(password="password").status == 400
    answer = register()
    assert (answer.status, answer.json["code"]) == (429, "throttled")
    assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert call("POST", PATH, json_body=OLA, source_ip="203.0.113.8").status == 201
