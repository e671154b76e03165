"""The query as the frontend builds it: doubled with every filter, values not encoded (docs/contract.md, section 9)."""

import pytest

from functions.tutors.domain.read_filters import read_filters
from tests.support.people import People
from tests.support.tutor_search import SEARCH, call, found, search
from tools.cloud.http_event import http_event

# In the frontend's order; the two sorts exclude each other, so there are at most eleven.
FILTERS = (
    ("avg_rating__gte", "0"),
    ("avg_rating__lte", "5"),
    ("group_sessions_available", "true"),
    ("in_person_sessions_available", "true"),
    ("individual_sessions_available", "true"),
    ("online_sessions_available", "true"),
    ("price__gte", "10"),
    ("price__lte", "90"),
    ("search_by_full_name", "Rek%20%C5%BBak"),
    ("sorting_by_hourly_rate", "desc"),
    ("tutoring_location", "%C5%82%C3%B3d"),
)
EVERYTHING = {
    "location": "Łódź",
    "price": 50,
    "online_sessions": True,
    "in_person_sessions": True,
    "individual_sessions": True,
    "group_sessions": True,
    "skills": ["Fizyka"],
}
# What keeps a tutor out of a search with the filter at the same index.
LACKING = (
    None,
    None,
    {"group_sessions": False},
    {"in_person_sessions": False},
    {"individual_sessions": False},
    {"online_sessions": False},
    {"price": 9},
    {"price": 91},
    None,
    None,
    {"location": "Kraków"},
)


def doubled(count: int, skills: tuple[str, ...] = ()) -> str:
    """Return the frontend's raw query with the first `count` filters."""
    query = "?"
    for name, value in FILTERS[:count]:
        query = query + (query + f"&{name}={value}")
    return (query + "".join(f"&skills={skill}" for skill in skills)).removeprefix("?")


@pytest.fixture
def tutors(people: People) -> People:
    """Wszystko matches all filters; each other tutor fails one of them."""
    people.tutor(first_name="Wszystko", last_name="Rek Żak", tutor=EVERYTHING)
    for place, lacking in enumerate(LACKING):
        if lacking:
            people.tutor(first_name=f"Bez{place}", last_name="Rek Żak", tutor=EVERYTHING | lacking)
    return people


@pytest.mark.parametrize("count", range(len(FILTERS) + 1))
def test_the_last_copy_in_a_doubled_query_counts(tutors: People, count: int) -> None:
    query = doubled(count, ("Fizyka",))
    assert query.count("=") == max(0, 2**count - 1) + 1
    expected = {f"Bez{place}" for place, lacking in enumerate(LACKING) if lacking and place >= count}
    assert set(found(query)) == expected | {"Wszystko"}


def test_a_query_of_eleven_filters_has_45_kilobytes_and_is_answered(tutors: People) -> None:
    query = doubled(11)
    assert len(query) > 45_000
    assert search(query).status == 200


def test_a_query_longer_than_any_of_the_frontend_is_answered_too(people: People) -> None:
    people.tutor()
    query = f"search_by_full_name={'x' * 100_000}&search_by_full_name=ola"
    assert found(query) == ["Ola"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("price__gte=60&price__gte=40", ["Ola"]),
        ("price__gte=40&price__gte=60", []),
        ("price__gte=garbage&price__gte=40", ["Ola"]),
        ("price__gte=garbage&price__gte=", ["Ola"]),
        ("?&price__gte=60??&price__gte=60&price__lte=90", []),
        ("price__gte", ["Ola"]),
        ("price__gte=40;price__gte=60", None),
        ("&&&=&=5&?&??", ["Ola"]),
        ("search_by_full_name=Ola=Nowak", []),
    ],
)
def test_the_last_value_of_a_parameter_counts(people: People, query: str, names: list[str] | None) -> None:
    people.tutor(tutor={"price": 50})
    if names is None:
        assert search(query).json == {"price__gte": ["Wpisz liczbę."]}
    else:
        assert found(query) == names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("100%", ["Ola 100%"]),
        ("100%25", ["Ola 100%"]),
        ("%", ["Ola 100%"]),
        ("%zz", []),
        ("%C5%", []),
        ("%C5%BB%C3%", []),
        ("%FF%FE", []),
        ("%ED%A0%80", []),
        ("Ola+100", ["Ola 100%"]),
        ("Ola&x=1", ["Ola 100%"]),
        ("%F0%9F%98%80", []),
    ],
)
def test_unencoded_text_is_searched_as_typed(people: People, typed: str, names: list[str]) -> None:
    people.tutor(first_name="Ola 100%", last_name="Nowak")
    assert found(f"?&search_by_full_name={typed}") == names


def test_invalid_utf8_is_tolerated(people: People) -> None:
    people.tutor()
    event = http_event("GET", f"{SEARCH}?search_by_full_name=\udcff\udcfe&price__gte=1")
    event["rawQueryString"] = event["rawQueryString"].encode("utf-8", "surrogateescape").decode("latin-1")
    result = call.handler(event, None)
    assert (result["statusCode"], result["body"]) == (200, "[]")


def test_paths_without_a_slash_and_head_are_answered_without_a_redirect(people: People) -> None:
    people.tutor()
    answer = call("GET", "/api/user/tutor/search?search_by_full_name=ola")
    assert (answer.status, len(answer.json)) == (200, 1)
    head = call("HEAD", "/api/user/tutor/search/?search_by_full_name=ola")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]


def test_a_repeated_skill_is_compared_once() -> None:
    """A request line has room for thousands, and the database would compare every tutor with each."""
    asked = "&".join(["skills=Matematyka", "skills=J%C4%99zyk", "skills=Je%CC%A8zyk"] * 1000)
    assert read_filters(asked.encode()).skills == ["Matematyka", "Język"]
