"""A tutor's own settings."""

from typing import Any

import pytest

from functions.tutors.handler import handler
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.people import People, Person

call = LambdaClient(handler)
NOT_INTEGER = "Wymagana poprawna liczba całkowita."
NULL = "Pole nie może mieć wartości null."
REQUIRED = "To pole jest wymagane."
TOO_LARGE = "Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."
TOO_SMALL = "Upewnij się, że ta wartość jest większa lub równa -2147483648."
PATHS = ("description", "price", "location", "individual_group", "method_session_availability", "skills")


def get(tutor: Person, setting: str) -> Any:
    answer = call("GET", f"/api/user/tutor/{setting}/me/", token=tutor.access)
    assert answer.status == 200, answer
    return answer.json


def change(tutor: Person, setting: str, body: Any) -> Answer:
    method = "PUT" if setting == "skills" else "PATCH"
    return call(method, f"/api/user/tutor/{setting}/me/", token=tutor.access, json_body=body)


def test_a_new_tutor_has_no_settings(people: People) -> None:
    tutor = people.new_tutor()
    assert {name: get(tutor, name) for name in PATHS} == {
        "description": {"description": None},
        "price": {"price": 0},
        "location": {"tutoring_location": ""},
        "individual_group": {"individual_sessions": False, "group_sessions": False},
        "method_session_availability": {"online_sessions_available": False, "in_person_sessions_available": False},
        "skills": {"skills": []},
    }


@pytest.mark.parametrize("setting", PATHS)
def test_settings_are_for_signed_in_tutors(people: People, setting: str) -> None:
    student = people.student()
    path = f"/api/user/tutor/{setting}/me/"
    change_method = "PUT" if setting == "skills" else "PATCH"
    for method in ("GET", change_method, "DELETE"):
        answer = call(method, path, json_body={})
        assert (answer.status, answer.json) == (401, {"detail": "Nie podano danych uwierzytelniających."})
        assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
        answer = call(method, path, token=student.access, json_body={})
        assert (answer.status, answer.json) == (403, {"detail": "Nie masz uprawnień, by wykonać tę czynność."})
        assert answer.headers["allow"] == f"GET, {change_method}, HEAD, OPTIONS"
    answer = call("DELETE", path, token=people.tutor().access)
    assert (answer.status, answer.json) == (405, {"detail": 'Niedozwolona metoda "DELETE".'})


@pytest.mark.parametrize("text", ["Uczę fizyki.\nZapraszam! 😀", "<script>alert(1)</script>", "ż" * 20_000, "", None])
def test_the_description_is_stored_as_written(people: People, text: str | None) -> None:
    tutor = people.tutor()
    assert change(tutor, "description", {"description": text}).json == {"description": text}
    assert get(tutor, "description") == {"description": text}


def test_an_absent_description_is_not_changed(people: People) -> None:
    tutor = people.tutor(tutor={"description": "Uczę fizyki."})
    answer = change(tutor, "description", {})
    assert (answer.status, answer.json) == (200, {"description": "Uczę fizyki."})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ([], "Not a valid string."),
        ({}, "Not a valid string."),
        (True, "Not a valid string."),
        ("a\0b", "Znaki null są niedozwolone."),
        ("x" * 20_001, "Upewnij się, że to pole ma nie więcej niż 20000 znaków."),
        ("\ud800", "Surrogate characters are not allowed: U+D800."),
    ],
)
def test_an_invalid_description_is_refused(people: People, text: object, complaint: str) -> None:
    tutor = people.tutor(tutor={"description": "Uczę fizyki."})
    answer = change(tutor, "description", {"description": text})
    assert (answer.status, answer.json) == (400, {"description": [complaint]})
    assert get(tutor, "description") == {"description": "Uczę fizyki."}


def test_a_price_is_accepted_as_text_and_as_number(people: People) -> None:
    tutor = people.tutor()
    for sent, stored in ((60, 60), ("75", 75), ("12.0", 12), (12.0, 12), (" 7 ", 7), (0, 0), (1_000_000, 1_000_000)):
        answer = change(tutor, "price", {"price": sent})
        assert (answer.status, answer.json) == (200, {"price": stored})
        assert get(tutor, "price") == {"price": stored}


@pytest.mark.parametrize(
    ("price", "body"),
    [
        (-1, {"non_field_errors": ["Price cannot be negative."]}),
        ("-5", {"non_field_errors": ["Price cannot be negative."]}),
        (1_000_001, {"non_field_errors": ["Price cannot be more than 1000000."]}),
        (12.5, {"price": [NOT_INTEGER]}),
        ("12.50", {"price": [NOT_INTEGER]}),
        ("", {"price": [NOT_INTEGER]}),
        (True, {"price": [NOT_INTEGER]}),
        ([5], {"price": [NOT_INTEGER]}),
        ("1" * 5_000, {"price": [NOT_INTEGER]}),
        (None, {"price": [NULL]}),
        (99_999_999_999, {"price": [TOO_LARGE]}),
        (-99_999_999_999, {"price": [TOO_SMALL]}),
        (ANY, {"price": [REQUIRED]}),
    ],
)
def test_an_invalid_price_is_refused(people: People, price: object, body: object) -> None:
    tutor = people.tutor(tutor={"price": 40})
    answer = change(tutor, "price", {} if price is ANY else {"price": price})
    assert (answer.status, answer.json) == (400, body)
    assert get(tutor, "price") == {"price": 40}


def test_a_location_is_trimmed_and_has_up_to_fifty_characters(people: People) -> None:
    tutor = people.tutor()
    for sent, stored in ((" Rzeszów ", "Rzeszów"), ("ź" * 50, "ź" * 50), ("R", "R")):
        assert change(tutor, "location", {"tutoring_location": sent}).json == {"tutoring_location": stored}
        assert get(tutor, "location") == {"tutoring_location": stored}


@pytest.mark.parametrize(
    ("location", "body"),
    [
        ("", {"non_field_errors": ["Tutoring location cannot be empty."]}),
        ("   ", {"non_field_errors": ["Tutoring location cannot be empty."]}),
        ("\u200b\u2066", {"non_field_errors": ["Tutoring location cannot be empty."]}),
        ("x" * 51, {"non_field_errors": ["Tutoring location cannot be longer than 50 characters."]}),
        ("x" * 100, {"non_field_errors": ["Tutoring location cannot be longer than 50 characters."]}),
        ("x" * 101, {"tutoring_location": ["Upewnij się, że to pole ma nie więcej niż 100 znaków."]}),
        (None, {"tutoring_location": [NULL]}),
        (ANY, {"tutoring_location": [REQUIRED]}),
    ],
)
def test_an_invalid_location_is_refused(people: People, location: object, body: object) -> None:
    tutor = people.tutor(tutor={"location": "Kraków"})
    answer = change(tutor, "location", {} if location is ANY else {"tutoring_location": location})
    assert (answer.status, answer.json) == (400, body)
    assert get(tutor, "location") == {"tutoring_location": "Kraków"}


@pytest.mark.parametrize(
    ("setting", "one", "other"),
    [
        ("individual_group", "individual_sessions_available", "group_sessions_available"),
        ("method_session_availability", "online_sessions_available", "in_person_sessions_available"),
    ],
)
def test_switches_can_be_changed_one_at_a_time_or_together(people: People, setting: str, one: str, other: str) -> None:
    tutor = people.new_tutor()
    assert change(tutor, setting, {one: True}).json == {one: True, other: False}
    assert change(tutor, setting, {other: "true"}).json == {one: True, other: True}
    assert change(tutor, setting, {one: "0"}).json == {one: False, other: True}
    assert change(tutor, setting, {}).json == {one: False, other: True}
    assert change(tutor, setting, {one: True, other: False, "price": 5, "nonsense": 1}).json == {
        one: True,
        other: False,
    }
    assert get(tutor, "price") == {"price": 0}
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/api/user/tutor/{setting}/me/"
    answer = call("PATCH", path, token=tutor.access, body=f"{other}=true".encode(), headers=form)
    assert (answer.status, answer.json) == (200, {one: True, other: True})


def test_session_kinds_have_other_names_in_answers_than_in_requests(people: People) -> None:
    tutor = people.new_tutor()
    change(tutor, "individual_group", {"group_sessions_available": True})
    assert get(tutor, "individual_group") == {"individual_sessions": False, "group_sessions": True}
    change(tutor, "method_session_availability", {"online_sessions_available": True})
    assert get(tutor, "method_session_availability") == {
        "online_sessions_available": True,
        "in_person_sessions_available": False,
    }


@pytest.mark.parametrize(("value", "complaint"), [("maybe", "Must be a valid boolean."), (None, NULL), ([], None)])
def test_switches_must_be_booleans(people: People, value: object, complaint: str | None) -> None:
    tutor = people.tutor()
    answer = change(tutor, "individual_group", {"individual_sessions_available": value})
    expected = {"individual_sessions_available": [complaint or "Must be a valid boolean."]}
    assert (answer.status, answer.json) == (400, expected)


def test_skills_are_replaced_and_keep_their_order(people: People) -> None:
    tutor = people.tutor()
    for sent, stored in (
        (["Hiszpański", "Fizyka"], ["Hiszpański", "Fizyka"]),
        (["Fizyka", "Fizyka"], ["Fizyka"]),
        ([], []),
    ):
        assert change(tutor, "skills", {"skills": sent}).json == {"skills": stored}
        assert get(tutor, "skills") == {"skills": stored}


@pytest.mark.parametrize("body", [{}, {"skills": None}, {"skills": []}])
def test_an_empty_list_clears_the_skills(people: People, body: object) -> None:
    tutor = people.tutor(tutor={"skills": ["Fizyka"]})
    answer = change(tutor, "skills", body)
    assert (answer.status, answer.json) == (200, {"skills": []})
    assert get(tutor, "skills") == {"skills": []}


@pytest.mark.parametrize(
    ("skills", "complaint"),
    [
        (["Fizyka", "Nie ma"], 'Błędny klucz główny "Nie ma" - obiekt nie istnieje.'),
        (["fizyka"], 'Błędny klucz główny "fizyka" - obiekt nie istnieje.'),
        ([{"skill": "Fizyka"}], "Błędny klucz główny \"{'skill': 'Fizyka'}\" - obiekt nie istnieje."),
        ([None], 'Błędny klucz główny "None" - obiekt nie istnieje.'),
        (["\0"], "Błędny typ danych. Oczekiwano wartość klucza głównego, otrzymano str."),
        ([True], "Błędny typ danych. Oczekiwano wartość klucza głównego, otrzymano bool."),
        (["\ud800"], 'Błędny klucz główny "\ud800" - obiekt nie istnieje.'),
        ("Fizyka", 'Oczekiwano listy elementów, a otrzymano dane typu "str".'),
        (5, 'Oczekiwano listy elementów, a otrzymano dane typu "int".'),
        ({"0": "Fizyka"}, 'Oczekiwano listy elementów, a otrzymano dane typu "dict".'),
    ],
)
def test_unknown_skills_change_nothing(people: People, skills: object, complaint: str) -> None:
    tutor = people.tutor(tutor={"skills": ["Chemia"]})
    answer = change(tutor, "skills", {"skills": skills})
    assert (answer.status, answer.json) == (400, {"skills": [complaint]})
    assert get(tutor, "skills") == {"skills": ["Chemia"]}


def test_the_list_of_skills_is_public(platform: None) -> None:
    answer = call("GET", "/api/user/tutor/skills/", token="not a token")
    names = [skill["skill"] for skill in answer.json]
    assert answer.status == 200
    assert len(names) == len(set(names)) == 18
    assert {"Matematyka", "Włoski", "WOS"} <= set(names)
