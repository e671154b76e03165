"""How many SQL statements the hot reads send, counted at the server, and the plan of the search."""

from collections.abc import Sequence
from typing import Any

import pytest

from functions.tutors.data.search_statement import search_statement
from functions.tutors.domain.filters import MAX_TYPO_WORDS
from functions.tutors.domain.read_filters import read_filters
from shared.kit.db.pool import connection
from tests.support.people import People, query
from tests.support.statements import statements
from tests.support.tutor_search import call


@pytest.mark.parametrize(
    "path",
    [
        "search/",
        "search/?skills=Fizyka&price__gte=10&price__lte=90&sorting_by_average_rating=desc&page_size=20",
        "search/?search_by_full_name=nowak+ola&tutoring_location=rzesz",
        "search/?search_by_full_name=nowka",
        "search/?search_by_full_name=%C5%82ucja&tutoring_location=%C5%82%C3%B3d%C5%BA",
        "all/",
        "details/1/",
        "details/99/",
        "skills/",
    ],
)
def test_a_public_read_takes_at_most_two_statements(people: People, path: str) -> None:
    people.tutor(tutor={"skills": ["Fizyka"], "location": "Rzeszów", "price": 50})
    call("GET", "/api/user/tutor/search/?skills=Fizyka")  # from here on the process knows the list of skills
    with statements() as sent:
        assert call("GET", f"/api/user/tutor/{path}").status in {200, 404}
    assert 1 <= len(sent) <= 2, sent


def test_own_settings_take_one_statement_after_the_caller_s(people: People) -> None:
    tutor = people.tutor()
    for name in ("me", "price/me", "skills/me"):
        with statements() as sent:
            assert call("GET", f"/api/user/tutor/{name}/", token=tutor.access).status == 200
        assert len(sent) == 2, sent


def plan_of(search: str, **settings: str) -> dict[str, Any]:
    """Return the executed plan of a search."""
    statement, parameters = search_statement(read_filters(search.encode()))
    with connection() as db, db.transaction():
        for name, value in settings.items():
            db.execute("SELECT set_config(%s, %s, true)", (name, value))
        explained = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters, prepare=False).fetchone()
    assert explained is not None
    plan: dict[str, Any] = explained[0][0]["Plan"]
    return plan


def parts(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan] + [part for below in plan.get("Plans", []) for part in parts(below)]


def add_tutors(number: int, location: str, skills: Sequence[str] = ()) -> None:
    query(
        "WITH account AS (INSERT INTO users (email, password_hash, is_tutor, confirmed_at)"
        " SELECT %s || n, '-', true, now() FROM generate_series(1, %s) n RETURNING id)"
        " INSERT INTO tutors (user_id, location, skills) SELECT id, %s, %s FROM account",
        location,
        number,
        location,
        list(skills),
    )


def expected(search: str) -> int:
    """Return how many tutors the planner expects a search to find, after ANALYZE."""
    query("ANALYZE tutors")
    [scan] = [part for part in parts(plan_of(search)) if part.get("Relation Name") == "tutors"]
    return int(scan["Plan Rows"])


def test_cards_are_made_only_for_the_page_even_if_all_matches_are_sorted(platform: None) -> None:
    add_tutors(40, "Łódź")
    plan = plan_of("page_size=5", enable_indexscan="off", enable_bitmapscan="off")
    [cards] = [part for part in parts(plan) if part.get("Parent Relationship") == "SubPlan"]
    [sort] = [part for part in parts(plan) if part["Node Type"] == "Sort"]
    assert (cards["Actual Loops"], sort["Plans"][0]["Actual Rows"]) == (6, 40)


def test_the_planner_estimates_tutors_of_a_location_with_diacritics(platform: None) -> None:
    """Otherwise all tutors of a large town would be read and sorted for the first few."""
    add_tutors(500, "Łódź")
    add_tutors(500, "Kraków")
    assert expected("tutoring_location=%C5%82%C3%B3d%C5%BA") > 100


def test_the_planner_estimates_tutors_with_a_rare_skill(platform: None) -> None:
    """Otherwise all tutors would be scanned, in the hope of filling the page soon."""
    add_tutors(8_000, "Kraków", ["Fizyka", "Chemia", "Muzyka", "Polski", "Historia"])
    add_tutors(2, "Łódź", ["Biologia"])
    assert expected("skills=Biologia") < 10
    assert expected("skills=Chemia") > 4_000


def test_typos_are_tolerated_in_a_limited_number_of_words() -> None:
    """Twenty words with tolerated typos took the database half a second for 100,000 tutors."""
    words = "+".join(f"Kowalsk{chr(97 + number)}" for number in range(20))
    filters = read_filters(f"search_by_full_name={words}".encode())
    assert str(search_statement(filters, forgiving=True)[0]).count("has_similar_word") == MAX_TYPO_WORDS
    assert "has_similar_word" not in str(search_statement(filters)[0])
