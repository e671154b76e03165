"""Reading and changing a profile."""

from typing import Any

import pytest

from functions.profiles.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import PASSWORD, People, Person, query

call = LambdaClient(handler)
PATH = "/api/user/profile/"
NULL, NOT_TEXT, REQUIRED = "Pole nie może mieć wartości null.", "Not a valid string.", "To pole jest wymagane."
TOO_LONG = "Upewnij się, że to pole ma nie więcej niż 255 znaków."


def get(person: Person) -> Any:
    answer = call("GET", PATH, token=person.access)
    assert answer.status == 200
    return answer.json


def change(person: Person, **body: Any) -> Answer:
    return call("PATCH", PATH, token=person.access, json_body=body)


def test_a_profile_shows_the_account(people: People) -> None:
    ola = people.student(created_at="2035-07-10T08:00:00.5Z", email="Ola@Example.com")
    answer = call("GET", PATH, token=ola.access)
    assert answer.headers["allow"] == "GET, PUT, PATCH, HEAD, OPTIONS"
    assert list(answer.json.items()) == [
        ("id", str(ola.id)),
        ("email", "Ola@Example.com"),
        ("first_name", "Ola"),
        ("last_name", "Nowak"),
        ("profile_image", "/static/media/uploads/user/default.jpg"),
        ("is_tutor", False),
        ("created_at", "2035-07-10T10:00:00.500000+02:00"),
    ]
    jan = people.tutor(created_at="2035-01-10T08:00Z", picture="uploads/user/x.webp")
    assert get(jan) | {"id": 0, "email": 0} == {
        "id": 0,
        "email": 0,
        "first_name": "Ola",
        "last_name": "Nowak",
        "profile_image": "/static/media/uploads/user/x.webp",
        "is_tutor": True,
        "created_at": "2035-01-10T09:00:00+01:00",
    }


def test_names_change_one_at_a_time_or_together(people: People) -> None:
    ola, other = people.student(), people.student()
    before = get(ola)
    for body, names in (
        ({"first_name": " Łucja "}, ("Łucja", "Nowak")),
        ({"last_name": "Z\u0307ak"}, ("Łucja", "Żak")),
        ({"first_name": "", "last_name": ""}, ("", "")),
        ({"first_name": "x" * 255, "last_name": 5}, ("x" * 255, "5")),
        ({}, ("x" * 255, "5")),
    ):
        answer = change(ola, **body)
        expected = before | {"first_name": names[0], "last_name": names[1]}
        assert (answer.status, answer.json) == (200, expected)
        assert get(ola) == expected
    assert get(other)["first_name"] == "Ola"


def test_other_fields_are_ignored(people: People) -> None:
    ola = people.student()
    before = query("SELECT * FROM users")
    answer = change(
        ola,
        id="00000000-0000-4000-8000-000000000000",
        email="new@example.com",
        is_tutor=True,
        is_staff=True,
        picture="x",
        profile_image="x",
        created_at="2020-01-01",
        confirmed_at=None,
        password_hash="x",
    )
    assert (answer.status, answer.json) == (200, get(ola))
    assert query("SELECT * FROM users") == before
    assert query("SELECT count(*) FROM tutors") == [(0,)]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"first_name": None}, {"first_name": [NULL]}),
        ({"first_name": []}, {"first_name": [NOT_TEXT]}),
        ({"last_name": True}, {"last_name": [NOT_TEXT]}),
        (
            {"first_name": "x" * 256, "last_name": "a\0"},
            {"first_name": [TOO_LONG], "last_name": ["Znaki null są niedozwolone."]},
        ),
        ({"password": None}, {"password": [NULL]}),
        ({"password": ""}, {"password": ["To pole nie może być puste."]}),
        ({"first_name": "Ewa", "password": "krótkie"}, {"password": ["Upewnij się, że pole ma co najmniej 8 znaków."]}),
        ({"password": "Aa1!" * 33}, {"password": ["Upewnij się, że to pole ma nie więcej niż 128 znaków."]}),
        ([], {"non_field_errors": ["Niepoprawne dane. Oczekiwano słownika, otrzymano  list."]}),
    ],
)
def test_an_invalid_field_changes_nothing(people: People, body: Any, errors: Any) -> None:
    ola, before = people.student(), query("SELECT * FROM users")
    before = query("SELECT * FROM users")
    answer = call("PATCH", PATH, token=ola.access, json_body=body)
    assert (answer.status, answer.json) == (400, errors)
    assert query("SELECT * FROM users") == before


def test_put_requires_the_password(people: People) -> None:
    ola = people.student()
    answer = call("PUT", PATH, token=ola.access, json_body={"first_name": "Ewa"})
    assert (answer.status, answer.json) == (400, {"password": [REQUIRED]})
    answer = call("PUT", PATH, token=ola.access, json_body={"first_name": "Ewa", "password": "Zielona!Herbata7"})
    assert (answer.status, answer.json["first_name"], answer.json["last_name"]) == (200, "Ewa", "Nowak")
    [(changed,)] = query("SELECT password_hash <> %s FROM users", people._hash)
    assert changed


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_form_data_is_accepted_too(people: People, content_type: str) -> None:
    ola = people.student()
    part = 'Content-Disposition: form-data; name="first_name"'
    body = f"--x\r\n{part}\r\n\r\nŁucja\r\n--x--\r\n" if "multipart" in content_type else "first_name=%C5%81ucja"
    answer = call("PATCH", PATH, token=ola.access, body=body.encode(), headers={"content-type": content_type})
    assert (answer.status, answer.json["first_name"]) == (200, "Łucja")


def test_a_tutor_is_listed_under_the_new_name(people: People) -> None:
    jan = people.tutor()
    change(jan, first_name="Łucja", last_name="Żak")
    assert query("SELECT first_name, last_name, name_folded FROM tutors") == [("Łucja", "Żak", " lucja zak ")]


def test_markup_is_stored_as_text(people: People) -> None:
    ola = people.student()
    assert change(ola, first_name="<script>alert(1)</script>").json["first_name"] == "<script>alert(1)</script>"
    assert PASSWORD not in call("GET", PATH, token=ola.access).body.decode()
