"""Several settings of a tutor at once, and rules that hold for all of them."""

from typing import Any
from unicodedata import normalize

import pytest

from tests.functions.tutors.test_settings import PATHS, call, change, get
from tests.support.people import People, query


@pytest.mark.parametrize("setting", PATHS)
@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"[]", {"non_field_errors": ["Niepoprawne dane. Oczekiwano słownika, otrzymano  list."]}),
        (b'"x"', {"non_field_errors": ["Niepoprawne dane. Oczekiwano słownika, otrzymano  str."]}),
        (b"null", {"non_field_errors": ["No data provided"]}),
        (b"{oops", {"detail": ...}),
    ],
)
def test_a_body_that_is_not_an_object_is_refused(
    people: People, setting: str, raw: bytes, body: dict[str, Any]
) -> None:
    method = "PUT" if setting == "skills" else "PATCH"
    headers = {"content-type": "application/json"}
    path = f"/api/user/tutor/{setting}/me/"
    answer = call(method, path, token=people.tutor().access, body=raw, headers=headers)
    assert answer.status == 400
    if body == {"detail": ...}:
        assert answer.json["detail"].startswith("JSON parse error - Expecting property name")
    else:
        assert answer.json == body


def test_a_body_of_another_type_is_refused(people: People) -> None:
    headers = {"content-type": "text/plain"}
    answer = call("PATCH", "/api/user/tutor/price/me/", token=people.tutor().access, body=b"5", headers=headers)
    assert answer.status == 415
    assert answer.json == {"detail": 'Brak wsparcia dla żądanego typu danych "text/plain".'}


def test_all_settings_but_the_skills_can_be_changed_together(people: People) -> None:
    tutor = people.tutor(tutor={"skills": ["Fizyka"], "location": "Kraków"})
    sent = {"price": "80", "description": "Opis", "online_sessions_available": True, "skills": [], "first_name": "X"}
    answer = call("PATCH", "/api/user/tutor/me/", token=tutor.access, json_body=sent)
    assert answer.status == 200
    shown = {name: answer.json[name] for name in ("price", "description", "tutoring_location", "skills", "first_name")}
    assert shown == {
        "price": 80,
        "description": "Opis",
        "tutoring_location": "Kraków",
        "skills": ["Fizyka"],
        "first_name": "Ola",
    }
    assert answer.json == call("GET", "/api/user/tutor/me/", token=tutor.access).json


def test_one_invalid_setting_prevents_all_changes(people: People) -> None:
    tutor = people.tutor()
    answer = call("PATCH", "/api/user/tutor/me/", token=tutor.access, json_body={"description": "x", "price": -1})
    assert (answer.status, answer.json) == (400, {"non_field_errors": ["Price cannot be negative."]})
    assert get(tutor, "description") == {"description": None}


def test_settings_affect_the_caller_only(people: People) -> None:
    mine, other = people.tutor(), people.tutor(tutor={"price": 10})
    sent = {"price": 99, "user_id": str(other.id), "id": other.tutor_id}
    assert change(mine, "price", sent).status == 200
    assert query("SELECT price FROM tutors ORDER BY id") == [(99,), (10,)]


def test_texts_are_normalized(people: People) -> None:
    tutor = people.tutor()
    for setting, field, text in (
        ("location", "tutoring_location", "Łódź"),
        ("description", "description", "Uczę się"),
    ):
        assert change(tutor, setting, {field: normalize("NFD", text)}).status == 200
        assert get(tutor, setting) == {field: text}
    assert change(tutor, "skills", {"skills": [normalize("NFD", "Hiszpański")]}).json == {"skills": ["Hiszpański"]}


def test_an_unlisted_tutor_is_listed_with_the_first_setting(people: People) -> None:
    """For example a tutor whose account was confirmed by a password reset."""
    tutor = people.tutor()
    query("UPDATE tutors SET listed = false")
    assert change(tutor, "price", {"price": 80}).status == 200
    assert query("SELECT listed FROM tutors") == [(True,)]
