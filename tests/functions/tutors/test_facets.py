"""The numbers of tutors by skill and location, under the filters of a search."""

from typing import Any
from unicodedata import normalize
from urllib.parse import quote

import pytest

from functions.tutors.actions import search as search_action
from functions.tutors.data import facet_statement, free_time_search
from tests.support.people import People, query
from tests.support.statements import statements
from tests.support.tutor_calendars import offer, tomorrow
from tests.support.tutor_search import call, search

PATH = "/api/user/tutor/search/facets/"


def facets(query_string: str = "") -> Any:
    answer = call("GET", f"{PATH}?{query_string}")
    assert answer.status == 200, answer
    return answer.json


@pytest.fixture
def tutors(people: People) -> People:
    """Five tutors in three places; one is unconfirmed, one has no location."""
    for name, price, skills, location in (
        ("Łucja", 50, ["Fizyka", "Chemia"], "Łódź"),
        ("Anna", 80, ["Fizyka"], "Łódź"),
        ("Jan", 100, ["Muzyka"], "Rzeszów"),
        ("Ewa", 120, [], ""),
    ):
        people.tutor(first_name=name, tutor={"price": price, "skills": skills, "location": location})
    people.tutor(confirmed_at=None, tutor={"skills": ["Fizyka"], "location": "Łódź"})
    return people


SKILLS = {"Fizyka": 2, "Chemia": 1, "Muzyka": 1}
LOCATIONS = {"Łódź": 2, "Rzeszów": 1}


def test_a_location_is_counted_once_however_it_was_typed(people: People) -> None:
    for form in ("NFC", "NFD"):
        body = {"tutoring_location": normalize(form, "Łódź Śródmieście")}
        answer = call("PATCH", "/api/user/tutor/location/me/", token=people.tutor().access, json_body=body)
        assert answer.status == 200, answer
    assert facets()["locations"] == {"Łódź Śródmieście": 2}
    asked = quote(normalize("NFD", "Śródmieście"))
    assert sum(facets(f"tutoring_location={asked}")["locations"].values()) == 2


@pytest.mark.parametrize(
    ("asked", "skills", "locations"),
    [
        ("", SKILLS, LOCATIONS),
        ("page_size=1", SKILLS, LOCATIONS),
        ("skills=Chemia", SKILLS, {"Łódź": 1}),
        ("skills=Chemia&skills=Muzyka", SKILLS, {"Łódź": 1, "Rzeszów": 1}),
        ("tutoring_location=rzesz", {"Muzyka": 1}, LOCATIONS),
        ("tutoring_location=rzesz&skills=Chemia", {"Muzyka": 1}, {"Łódź": 1}),
        ("price__gte=80", {"Fizyka": 1, "Muzyka": 1}, {"Łódź": 1, "Rzeszów": 1}),
        ("price__gte=80&skills=Fizyka", {"Fizyka": 1, "Muzyka": 1}, {"Łódź": 1}),
        ("search_by_full_name=lucja", {"Chemia": 1, "Fizyka": 1}, {"Łódź": 1}),
        ("search_by_full_name=lucka", {"Chemia": 1, "Fizyka": 1}, {"Łódź": 1}),
        ("search_by_full_name=" + "x" * 600, {}, {}),
        ("price__gte=500", {}, {}),
    ],
)
def test_facets_count_what_the_search_would_find(tutors: People, asked: str, skills: Any, locations: Any) -> None:
    counted = facets(asked)
    assert counted == {"complete": True, "skills": skills, "locations": locations}
    assert list(counted["skills"]) == list(skills)
    for skill, number in skills.items():
        without = "&".join(part for part in asked.split("&") if not part.startswith(("skills", "page_size")))
        assert len(search(f"{without}&skills={skill}").json) == number


def test_errors_are_those_of_the_search(platform: None) -> None:
    for asked in ("skills=Nieznany", "price__gte=x&free_from=x", "cursor=x", "page_size=0"):
        answer = call("GET", f"{PATH}?{asked}")
        assert (answer.status, answer.json) == (400, search(asked).json)


@pytest.mark.parametrize("few", [0, 1_000], ids=["by order", "by time"])
def test_facets_by_free_time_count_the_free_tutors(people: People, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(free_time_search, "SELECTIVE_ITEMS", few)
    for number in range(6):
        tutor = people.tutor(tutor={"skills": ["Fizyka" if number < 4 else "Muzyka"], "location": "Łódź"})
        if number % 2:
            offer(tutor, tomorrow(16), 60)
    asked = "free_from=16:00&free_to=17:00&free_tz=UTC"
    assert facets(asked) == {"complete": True, "skills": {"Fizyka": 2, "Muzyka": 1}, "locations": {"Łódź": 3}}
    for module in (facet_statement, search_action):
        monkeypatch.setattr(module, "COUNTED", 2)
    counted = facets(asked)
    assert (counted["complete"], counted["locations"]) == (False, {"Łódź": 2})


def test_the_hundred_most_frequent_locations_are_shown(people: People) -> None:
    query(
        """
        WITH accounts AS (
            INSERT INTO users (email, password_hash, is_tutor, confirmed_at)
            SELECT n || '@prz.edu.pl', 'x', true, now() FROM generate_series(1, 130) AS n RETURNING id
        )
        INSERT INTO tutors (user_id, location, price, skills, online_sessions, individual_sessions)
        SELECT id, 'Miasto ' || least(row_number() OVER (), 120), 50, '{Fizyka}', true, true FROM accounts
        """
    )
    locations = facets()["locations"]
    assert len(locations) == 100
    assert next(iter(locations.items())) == ("Miasto 120", 11)


def test_facets_and_searches_by_free_time_take_at_most_two_statements(tutors: People) -> None:
    search("skills=Fizyka")
    for asked in (
        "",
        "skills=Fizyka",
        "search_by_full_name=lucka",
        "free_from=10:00",
        "search_by_full_name=lucka&free_to=9:00",
    ):
        for path in ("", "facets/"):
            with statements() as sent:
                call("GET", f"/api/user/tutor/search/{path}?{asked}")
            assert len(sent) <= 2, sent


def test_an_unknown_parameter_is_refused_with_a_suggestion() -> None:
    answer = call("GET", f"{PATH}?price_gte=10")
    assert (answer.status, answer.json["code"]) == (400, "unknown_field")
    assert "„price__gte”" in answer.json["detail"]
    assert call("GET", f"{PATH}?page_size=10&sorting_by_hourly_rate=asc&cursor=").status == 200
