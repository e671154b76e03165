"""Reading and changing one's own account."""

from typing import Any

import pytest

from functions.profiles.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query

call = LambdaClient(handler)
PATH = "/api/user/me/"
NULL = "Pole nie może mieć wartości null."


def get(person: Person) -> Any:
    answer = call("GET", PATH, token=person.access)
    assert answer.status == 200
    return answer.json


def change(person: Person, **body: Any) -> Answer:
    return call("PATCH", PATH, token=person.access, json_body=body)


def test_an_account_is_its_profile_and_the_owner_s_private_data(people: People) -> None:
    ola, jan = people.student(is_staff=True), people.tutor()
    profile = call("GET", "/api/user/profile/", token=ola.access).json
    assert get(ola) == profile | {
        "tutor_id": None,
        "is_staff": True,
        "time_zone": "Europe/Warsaw",
        "language": "pl",
        "currency": "PLN",
        "mail_bounced_at": None,
        "missing": [],
    }
    assert (get(jan)["tutor_id"], get(jan)["is_staff"]) == (jan.tutor_id, False)


def test_only_the_given_fields_change(people: People) -> None:
    ola, other = people.student(), people.student()
    expected = get(ola)
    for body, read in (
        ({"time_zone": " America/New_York "}, {"time_zone": "America/New_York"}),
        ({"language": "en"}, {"language": "en"}),
        ({"first_name": " Łucja ", "last_name": "Z\u0307ak"}, {"first_name": "Łucja", "last_name": "Żak"}),
        ({"last_name": ""}, {"last_name": ""}),
        ({}, {}),
        ({"time_zone": None}, {"time_zone": "Europe/Warsaw"}),
    ):
        expected |= read
        answer = change(ola, **body)
        assert (answer.status, answer.json) == (200, expected)
        assert get(ola) == expected
    assert query("SELECT time_zone, language FROM users WHERE id = %s", ola.id) == [(None, "en")]
    assert (get(other)["first_name"], get(other)["language"]) == ("Ola", "pl")


@pytest.mark.parametrize("path", [PATH, "/api/user/profile/"])
def test_a_name_must_be_visible_and_on_one_line(people: People, path: str) -> None:
    ola = people.student()
    before = get(ola)
    names = {"first_name": "\u202e\u200b", "last_name": "a\r\nb"}
    answer = call("PATCH", path, token=ola.access, json_body=names)
    complaints = {"first_name": ["To pole nie może być puste."], "last_name": ["Niepoprawna wartość."]}
    assert (answer.status, answer.json) == (400, complaints)
    assert get(ola) == before


@pytest.mark.parametrize("zone", ["Mars/Olympus", "europe/warsaw", "", "../etc/passwd", "localtime", "Europe", 5])
def test_a_zone_must_be_an_iana_name(people: People, zone: Any) -> None:
    answer = change(people.student(), time_zone=zone)
    message = "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw."
    assert (answer.status, answer.json) == (400, {"time_zone": [message]})


def test_a_refused_change_changes_nothing(people: People) -> None:
    ola = people.student()
    before = get(ola)
    languages = {"language": ["Dozwolone wartości: pl, en."]}
    for body, errors in (
        ({"first_name": "A", "language": "de"}, languages),
        ({"first_name": "A", "language": ["pl"]}, languages),
        ({"language": None, "first_name": None}, {"language": [NULL], "first_name": [NULL]}),
    ):
        answer = change(ola, **body)
        assert (answer.status, answer.json) == (400, errors)
    for name in ("email", "is_staff", "password", "missing", "zone"):
        answer = change(ola, first_name="A", **{name: "x"})
        assert (answer.status, answer.json["code"]) == (400, "unknown_field")
    assert get(ola) == before
