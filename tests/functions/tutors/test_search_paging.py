"""Pages of a search: every tutor once, in a stable order, whatever happens meanwhile."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.people import People, Person, insert, query
from tests.support.tutor_search import SEARCH, call, next_query, pages, search
from tools.cloud.http_event import http_event

ORDERS = (
    "",
    "sorting_by_average_rating=asc",
    "sorting_by_average_rating=desc",
    "sorting_by_hourly_rate=asc",
    "sorting_by_hourly_rate=desc",
)
SORTED_BY = {"": "rank DESC, id DESC"} | {
    f"sorting_by_{name}={direction}": f"{column} {direction}, id {direction}"
    for name, column in (("average_rating", "avg_rating"), ("hourly_rate", "price"))
    for direction in ("asc", "desc")
}
BAD_CURSOR = {"cursor": ["Nieprawidłowy kursor."]}


def rate(tutor_id: int, student: Person, rating: int) -> None:
    insert("ratings", {"tutor_id": tutor_id, "student_id": student.id, "rating": rating, "review": "x"})


def add_tutors(number: int, **columns: Any) -> None:
    """Add tutors at five prices with few different ratings, so that many are equal."""
    query(
        """
        WITH accounts AS (
            INSERT INTO users (email, password_hash, first_name, last_name, is_tutor, confirmed_at)
            SELECT 'many' || n || '@prz.edu.pl', 'x', 'Iga', 'Lis' || n, true, now() FROM generate_series(1, %s) AS n
            RETURNING id
        )
        INSERT INTO tutors (user_id, price) SELECT id, 10 * (row_number() OVER () %% 5) FROM accounts
        """,
        number,
    )
    if columns:
        query("UPDATE tutors SET location = %s", columns["location"])


@pytest.fixture
def tutors(people: People) -> list[int]:
    """The ids of 47 tutors, most of them rated."""
    add_tutors(47)
    students = [people.student().id for _ in range(3)]
    ids = [row[0] for row in query("SELECT id FROM tutors ORDER BY id")]
    rated = [(place, student) for place in range(len(ids)) for student in students[: place % 4]]
    query(
        """
        INSERT INTO ratings (tutor_id, student_id, rating, review)
        SELECT *, 'x' FROM unnest(%s::int[], %s::uuid[], %s::int[])
        """,
        [ids[place] for place, _ in rated],
        [student for _, student in rated],
        [1 + place % 5 for place, _ in rated],
    )
    return ids


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("page_size", [1, 7, 46, 47, 100])
def test_pages_contain_every_tutor_once_in_order(tutors: list[int], order: str, page_size: int) -> None:
    read = pages(f"page_size={page_size}&{order}")
    expected = [row[0] for row in query(f"SELECT id FROM tutors ORDER BY {SORTED_BY[order]}")]
    assert [tutor_id for page in read for tutor_id in page] == expected
    assert [len(page) for page in read[:-1]] == [page_size] * (len(read) - 1)
    assert 0 < len(read[-1]) <= page_size


def test_without_paging_there_are_a_hundred_and_a_link_to_the_rest(people: People) -> None:
    add_tutors(130)
    first = search("")
    assert len(first.json) == 100
    link = next_query(first)
    assert link is not None
    assert len(search(link).json) == 30
    everybody = call("GET", "/api/user/tutor/all/")
    assert everybody.json == first.json
    assert "link" not in everybody.headers


@pytest.mark.parametrize("query", ["", "?page_size=46", "?tutoring_location=%C5%82"])
def test_numbered_pages_contain_every_tutor_once(query: str, people: People) -> None:
    add_tutors(47, location="Łódź")
    address: str | None = f"{SEARCH}pages/{query}"
    ids: list[int] = []
    while address is not None:
        page = call("GET", address).json
        assert page["count"] == 47
        ids += [card["id"] for card in page["results"]]
        address = page["next"]
    assert ids == [tutor_id for page in pages(query.removeprefix("?")) for tutor_id in page]


def test_the_last_page_has_no_link(people: People) -> None:
    add_tutors(20)
    assert "link" not in search("page_size=20").headers
    assert next_query(search("page_size=19")) is not None


def test_the_link_repeats_only_the_parameters_that_count(people: People) -> None:
    add_tutors(5, location="Łódź & okolice")
    doubled = "?&price__gte=0??&price__gte=0&tutoring_location=%C5%82%C3%B3d%C5%BA%20%26&x=1&cursor=&page_size=2"
    link = next_query(search(doubled))
    assert link is not None
    kept, _, cursor = link.partition("&cursor=")
    assert kept == "price__gte=0&tutoring_location=%C5%82%C3%B3d%C5%BA+%26&page_size=2"
    assert cursor
    assert [len(page) for page in pages(doubled)] == [2, 2, 1]


@pytest.mark.parametrize("order", ORDERS[:3])
def test_new_ratings_of_other_tutors_neither_hide_nor_repeat_a_tutor(
    people: People, tutors: list[int], order: str
) -> None:
    """Between the pages every fifth tutor is rated up or down; the others stay where they are."""
    restless = tutors[::5]
    seen: list[int] = []
    following: str | None = f"page_size=6&{order}"
    while following is not None:
        answer = search(following)
        seen += [tutor["id"] for tutor in answer.json]
        following = next_query(answer)
        student = people.student()
        for place, tutor_id in enumerate(restless):
            rate(tutor_id, student, 5 if place % 2 else 1)
    quiet = [tutor_id for tutor_id in seen if tutor_id not in restless]
    assert sorted(quiet) == [tutor_id for tutor_id in tutors if tutor_id not in restless]


def test_a_tutor_deleted_meanwhile_does_not_break_the_pages(people: People) -> None:
    add_tutors(9)
    first = search("page_size=4")
    last_seen = first.json[-1]["id"]
    query("DELETE FROM users WHERE id = (SELECT user_id FROM tutors WHERE id = %s)", last_seen)
    following = next_query(first)
    assert following is not None
    seen = [tutor["id"] for tutor in first.json] + [each for page in pages(following) for each in page]
    assert sorted(seen) == list(range(1, 10))


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


PRICE, RATING = "sorting_by_hourly_rate=asc", "sorting_by_average_rating=asc"


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("", "nonsense"),
        ("", "%00"),
        ("", "ąę"),
        ("", "A"),
        ("", cursor()),
        ("", cursor("rank-desc", "3.5")),
        ("", cursor("rank-desc", "3.5", 1, 1)),
        ("", cursor("rank-desc", 3.5, 1)),
        ("", cursor("rank-desc", None, 1)),
        ("", cursor("rank-desc", "x", 1)),
        ("", cursor("rank-desc", "nan", 1)),
        ("", cursor("rank-desc", "Infinity", 1)),
        ("", cursor("rank-desc", "3.5", "1")),
        ("", cursor("rank-desc", "3.5", 1.5)),
        ("", cursor("rank-desc", "3.5", True)),
        ("", cursor("rank-desc", "3.5", -1)),
        ("", cursor("rank-desc", "3.5", 2**63)),
        ("", cursor("rank-asc", "3.5", 1)),
        ("", cursor("price-asc", "3", 1)),
        (PRICE, cursor("price-desc", "3", 1)),
        (PRICE, cursor("price-asc", "3.5", 1)),
        (PRICE, cursor("price-asc", "nan", 1)),
        (PRICE, cursor("price-asc", "1e3", 1)),
        (RATING, cursor("avg_rating-asc", "1e999999999", 1)),
        (RATING, cursor("avg_rating-asc", "1e200000", 1)),
        (RATING, cursor("avg_rating-asc", "9" * 20_000, 1)),
        ("", base64.urlsafe_b64encode(b"[" * 40_000).decode()),
        ("", base64.urlsafe_b64encode(b"\xff\xfe").decode()),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(people: People, order: str, text: str) -> None:
    people.tutor()
    answer = search(f"{order}&cursor={text}")
    assert (answer.status, answer.json) == (400, BAD_CURSOR)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.decimals().map(str)


@given(values=st.lists(SCALARS | st.sampled_from(["rank-desc", "price-asc", "avg_rating-asc"]), max_size=4))
@settings(max_examples=150)
def test_no_cursor_causes_a_server_error(people: People, values: list[Any]) -> None:
    for order in ("", PRICE, RATING):
        for forged in (values, [{"": "rank-desc", PRICE: "price-asc", RATING: "avg_rating-asc"}[order], *values]):
            answer = search(f"{order}&cursor={cursor(*forged)}")
            assert answer.status == 200 or (answer.status, answer.json) == (400, BAD_CURSOR)


def test_all_errors_of_a_query_are_reported_together(platform: None) -> None:
    answer = search("cursor=x&page_size=0&price__gte=x")
    assert (answer.status, set(answer.json)) == (400, {"cursor", "page_size", "price__gte"})


@pytest.mark.parametrize("letter", ["x", "ł", "😀", '"', "\u0001"])
def test_an_answer_with_long_descriptions_fits_into_lambda_s_limit(people: People, letter: str) -> None:
    """A Lambda function may return 6 MB; the rest is on the next page."""
    add_tutors(105)
    query("UPDATE tutors SET description = %s", letter * 20_000)
    for path in (f"{SEARCH}?page_size=100", "/api/user/tutor/all/"):
        assert len(json.dumps(call.handler(http_event("GET", path), None)).encode()) < 6_000_000
    read = pages("page_size=100")
    assert sorted(tutor_id for page in read for tutor_id in page) == list(range(1, 106))
