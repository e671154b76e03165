"""Incomplete tutors: last in search, in no counts, and not bookable."""

from typing import Any

import pytest

from functions.availability.handler import handler as availability_handler
from functions.profiles.handler import handler as profiles_handler
from shared.domain.tutor_completeness import Missing
from tests.support import booking_client as bookings
from tests.support.booking_client import assert_error, at, booked, free_tutor
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, query
from tests.support.tutor_calendars import offer, tomorrow
from tests.support.tutor_search import call, found, pages

availability, profiles = LambdaClient(availability_handler), LambdaClient(profiles_handler)
SLOTS = "/api/availability/tutors/{}/slots/"
# The names of the missing settings, with the rest present.
LACKING: list[tuple[dict[str, Any], list[Missing]]] = [
    ({"price": 0}, ["price"]),
    ({"skills": []}, ["subject"]),
    ({"online_sessions": False}, ["form"]),
    ({"individual_sessions": False}, ["kind"]),
    ({"price": 0, "skills": [], "online_sessions": False, "individual_sessions": False}, [
        "price", "subject", "form", "kind"
    ]),
]  # fmt: skip
ENOUGH: list[dict[str, Any]] = [
    {},
    {"price": 1},
    {"price": 0, "is_free": True},
    {"online_sessions": False, "in_person_sessions": True},
    {"individual_sessions": False, "group_sessions": True},
]


def missing(person: Person) -> Any:
    return profiles("GET", "/api/user/me/", token=person.access).json["missing"]


def change_terms(tutor: Person, **terms: Any) -> Any:
    answer = availability("PATCH", "/api/availability/terms/me/", token=tutor.access, json_body=terms)
    assert answer.status == 200, answer
    return answer.json


@pytest.mark.parametrize(("settings", "names"), LACKING)
def test_missing_settings_are_named(people: People, settings: dict[str, Any], names: list[Missing]) -> None:
    assert missing(people.tutor(tutor=settings)) == names


@pytest.mark.parametrize("settings", ENOUGH)
def test_one_setting_of_each_kind_makes_a_tutor_complete(people: People, settings: dict[str, Any]) -> None:
    tutor = people.tutor(tutor=settings)
    assert missing(tutor) == []
    assert query("SELECT is_complete FROM tutors") == [(True,)]


def test_a_student_has_no_missing_settings(people: People) -> None:
    assert missing(people.student()) == []


def test_adding_and_removing_the_last_setting_makes_a_tutor_complete_and_incomplete(people: People) -> None:
    tutor = people.new_tutor()
    for path, method, body, left in (
        ("price", "PATCH", {"price": 50}, ["subject", "form", "kind"]),
        ("skills", "PUT", {"skills": ["Fizyka"]}, ["form", "kind"]),
        ("method_session_availability", "PATCH", {"in_person_sessions_available": True}, ["kind"]),
        ("individual_group", "PATCH", {"group_sessions_available": True}, []),
        ("price", "PATCH", {"price": 0}, ["price"]),
    ):
        assert call(method, f"/api/user/tutor/{path}/me/", token=tutor.access, json_body=body).status == 200
        assert missing(tutor) == left, path
    assert change_terms(tutor, free=True)["free"] is True
    assert missing(tutor) == []
    assert change_terms(tutor, slot_step=15)["free"] is True
    assert change_terms(tutor, free=False)["free"] is False
    assert missing(tutor) == ["price"]


def test_incomplete_tutors_come_last_whatever_their_ratings(people: People) -> None:
    best = {"rating_count": 9, "rating_sum": 45, "verified_count": 9, "verified_sum": 45}
    people.tutor(first_name="Ewa", tutor=best | {"price": 0})
    people.tutor(first_name="Iga", tutor={"verified_count": 9, "verified_sum": 9})
    people.tutor(first_name="Ola")
    people.new_tutor(first_name="Jan")
    everybody = ["Ola", "Iga", "Ewa", "Jan"]
    assert found("") == everybody
    answer = call("GET", "/api/user/tutor/all/")
    assert [tutor["first_name"] for tutor in answer.json] == everybody
    assert [len(page) for page in pages("page_size=1")] == [1] * 4
    assert found("sorting_by_average_rating=desc")[0] == "Ewa"


def test_incomplete_tutors_are_not_counted_in_facets(people: People) -> None:
    for price in (0, 50):
        people.tutor(tutor={"price": price, "location": "Rzeszów"})
    assert call("GET", "/api/user/tutor/search/facets/").json == {
        "complete": True,
        "skills": {"Matematyka": 1},
        "locations": {"Rzeszów": 1},
    }


def test_incomplete_tutors_are_not_found_by_free_time(people: People) -> None:
    for name, price in (("Ewa", 0), ("Ola", 50)):
        offer(people.tutor(first_name=name, tutor={"price": price}), tomorrow(16), 60)
    assert found("free_from=16:00&free_to=17:00&free_tz=UTC") == ["Ola"]


def test_an_incomplete_tutor_cannot_be_booked_in_any_way(people: People) -> None:
    student, other, tutor = people.student(), people.student(), free_tutor(people)
    group = booked(other, tutor, at(8), kind="group")
    taken = booked(other, tutor, at(12))
    query("UPDATE tutors SET price = 0")
    item = query("SELECT id FROM schedule_items")[0][0]
    hour = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60}
    for body in (
        hour,
        {"schedule_item": item},
        {"session": group["session"]},
        hour | {"start_time": at(8).isoformat(), "kind": "group"},
        hour | {"weeks": 2},
    ):
        assert_error(bookings.post(student, "", body), 409, "tutor_incomplete")
    series = bookings.call("POST", bookings.SERIES, token=student.access, json_body=hour | {"weeks": 2})
    assert_error(series, 409, "tutor_incomplete")
    assert_error(bookings.wait(student, taken["session"]), 409, "tutor_incomplete")
    assert query("SELECT count(*) FROM bookings") == [(2,)]


def test_an_incomplete_tutor_has_no_slots_but_keeps_existing_bookings(people: People) -> None:
    student, tutor = people.student(), free_tutor(people)
    booking = booked(student, tutor, at(12))["id"]
    query("UPDATE tutors SET skills = '{}'")
    day = f"from={at(0).date()}&to={at(24).date()}&tz=UTC"
    answer = availability("GET", f"{SLOTS.format(tutor.tutor_id)}?{day}")
    assert (answer.status, answer.json) == (200, {"next": None, "results": []})
    assert availability("GET", f"/api/availability/slots/{tutor.tutor_id}/?{day}").json == []
    assert call("GET", f"/api/user/tutor/details/{tutor.tutor_id}/").status == 200
    moved = bookings.post(student, f"{booking}/reschedule/", {"start_time": at(14).isoformat()})
    assert (moved.status, bookings.state(booking)) == (200, ("confirmed", None))
