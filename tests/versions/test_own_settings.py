"""Tutors' own settings, skills and schedules in version 2 (docs/contract-newer.md, section 4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.browser import Browser
from tests.support.people import People
from tests.versions.test_tutors import GROUPS, SWITCHES, SignedIn

SETTINGS = ["description", "price", *SWITCHES, "tutoring_location", *GROUPS]


def test_settings_are_one_object_whose_keys_change_separately(signed_in: SignedIn, people: People) -> None:
    tutor = signed_in(people.new_tutor())
    settings = tutor("GET", "user/tutor/me/").json
    assert (list(settings), settings["price"], settings["description"]) == (SETTINGS, 0, None)
    sent: dict[str, Any] = {"price": "75", "description": "Uczę.", "tutoring_location": "Rzeszów"}
    for name, value in {**sent, "online_sessions_available": True}.items():
        settings = tutor("PATCH", "user/tutor/me/", {name: value}).json
        assert (list(settings), settings[name]) == (SETTINGS, 75 if name == "price" else value)
    assert tutor("PATCH", "user/tutor/me/", {"tutoring_location": None}).json["tutoring_location"] == ""
    assert tutor("GET", "user/tutor/me/").json == {**settings, "tutoring_location": ""}


WRONG_SETTINGS: tuple[tuple[Any, Any], ...] = (
    ({"price": -1}, {"price": ["Price cannot be negative."]}),
    ({"price": "1000001"}, {"price": ["Price cannot be more than 1000000"]}),
    ({"price": "x"}, {"price": ["Wymagana poprawna liczba całkowita."]}),
    (
        {"tutoring_location": "x" * 51},
        {"tutoring_location": ["Tutoring location cannot be longer than 50 characters."]},
    ),
    (
        {"group_sessions_available": "perhaps"},
        {"group_sessions_available": ["Must be a valid boolean."]},
    ),
)


def test_invalid_settings_are_named(signed_in: SignedIn, people: People) -> None:
    tutor = signed_in(people.tutor())
    for sent, errors in WRONG_SETTINGS:
        answer = tutor("PATCH", "user/tutor/me/", sent)
        assert (answer.status, answer.json) == (400, errors)


def test_skills_are_replaced(signed_in: SignedIn, people: People) -> None:
    tutor = signed_in(people.tutor())
    assert tutor("PUT", "user/tutor/skills/me/", {"skills": ["Fizyka"]}).json == {"skills": ["Fizyka"]}
    unknown = tutor("PUT", "user/tutor/skills/me/", {"skills": ["Magia"]})
    assert (unknown.status, list(unknown.json), type(unknown.json["skills"])) == (400, ["skills"], list)
    assert tutor("GET", "user/tutor/skills/me/").json == {"skills": ["Fizyka"]}
    assert tutor("PUT", "user/tutor/skills/me/", {}).json == {"skills": []}


def slot(hours: float, length: float = 1) -> dict[str, str]:
    start = (datetime.now(UTC) + timedelta(hours=hours)).replace(microsecond=0)
    ends = start + timedelta(hours=length)
    return {"start_time": f"{start:%Y-%m-%dT%H:%M:%S}.000Z", "end_time": f"{ends:%Y-%m-%dT%H:%M:%S}.000Z"}


def test_tutors_manage_their_own_schedule(signed_in: SignedIn, people: People) -> None:
    tutor, path = signed_in(people.tutor()), "user/tutor/schedule/me/"
    assert tutor("GET", path).json == []
    added = tutor("POST", path, {**slot(30), "is_reserved": True})
    assert (added.status, list(added.json)) == (201, ["id", "start_time", "end_time", "is_reserved"])
    assert tutor("GET", path).json == [added.json]
    refused = tutor("POST", path, slot(30.5))
    assert (refused.status, refused.json) == (400, {"Error": "Your schedule is overlapping with another schedule."})
    first = "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."
    assert tutor("POST", path, slot(50, length=-1)).json == {"Error": first}
    assert tutor("POST", path, slot(-2)).json == {"Error": "Ten termin już minął."}
    assert tutor("POST", path, {"start_time": "x"}).json.keys() == {"start_time", "end_time"}
    other = signed_in(people.tutor())
    foreign = other("DELETE", f"{path}{added.json['id']}/")
    assert (foreign.status, foreign.json) == (404, {"Error": "Schedule item not found."})
    assert list(tutor("DELETE", f"{path}{added.json['id']}/").json) == ["Info"]
    assert tutor("GET", path).json == []


def test_students_have_no_schedule(browser: Browser, signed_in: SignedIn, people: People) -> None:
    student = signed_in(people.student())
    for asked, status in ((student, 403), (browser, 401)):
        for method, path, body in (
            ("GET", "schedule/me/", None),
            ("POST", "schedule/me/", slot(-2)),
            ("GET", "me/", None),
        ):
            assert asked(method, f"user/tutor/{path}", *([body] if body else [])).status == status
