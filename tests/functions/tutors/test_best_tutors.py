"""Searches among the best tutors find the same as searches among all, with a plan that is made once."""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from functions.tutors.data import best_tutors
from functions.tutors.data import search as searches
from functions.tutors.data.best_tutors import FIND_BEST, LAST, Place, find_best, parameters
from functions.tutors.data.search_statement import search_statement
from functions.tutors.domain.filters import Filters, Order
from shared.kit.db.libpq import Row, fetch_bytes
from shared.kit.db.pool import connection
from shared.kit.db.steps import take_steps
from shared.kit.http.cursor_pagination import Cursor
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.people import query
from tests.support.statements import statements

TUTORS, BEST = 60, 20
SKILLS = ("Fizyka", 'a "b", \\c', "Chemia {1}")


@pytest.fixture
def tutors(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty tutors, of whom twenty are the best."""
    monkeypatch.setattr(best_tutors, "BEST", BEST)
    monkeypatch.setattr(best_tutors, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(best_tutors._Known, "last", LAST)
    monkeypatch.setattr(best_tutors._Known, "read_at", float("-inf"))
    add_tutors(TUTORS)


def add_tutors(number: int, **columns: Any) -> None:
    """Add tutors, of whom every second resembles another and the first are the best."""
    query(
        """
        WITH accounts AS (
            INSERT INTO users (email, password_hash, is_tutor, confirmed_at)
            SELECT gen_random_uuid() || '@prz.edu.pl', 'x', true, now() FROM generate_series(1, %s) RETURNING id
        )
        INSERT INTO tutors (user_id, price, rating_count, rating_sum, verified_count, verified_sum, skills,
            online_sessions, in_person_sessions, individual_sessions, group_sessions)
        SELECT id, n %% 7 * 10, n %% 3, n %% 3 * (1 + n %% 4), %s - n / 2, 5 * (%s - n / 2),
            (%s::text[])[n %% 4:n %% 3], n %% 2 = 0, n %% 3 = 0, n %% 5 = 0, n %% 7 < 3
        FROM (SELECT id, row_number() OVER () AS n FROM accounts) numbered
        """,
        number,
        number,
        number,
        list(SKILLS),
    )
    for column, value in columns.items():
        query(f"UPDATE tutors SET {column} = %s", value)


def count_for_the_planner() -> None:
    """Update the planner's statistics, and rebuild indexes, in which other tests leave empty pages."""
    query("REINDEX TABLE tutors")
    query("ANALYZE tutors")


def among_all(filters: Filters) -> list[Row]:
    with connection() as db:
        return fetch_bytes(db, *search_statement(filters))


def among_best(filters: Filters) -> list[Row] | None:
    return take_steps(find_best(filters))


def search(filters: Filters) -> list[Row]:
    return take_steps(searches.search(filters))


def some_filters(chance: random.Random) -> Filters:
    """Draw at most one filter of each kind."""
    bounds: dict[str, tuple[int, int]] = {"price": (0, 70), "avg_rating": (0, 5)}
    least, most = (
        {
            column: Decimal(chance.randint(*bounds[column]))
            for column in chance.sample(sorted(bounds), chance.randint(0, 1))
        }
        for _ in range(2)
    )
    switches = chance.sample(best_tutors.SWITCHES, chance.choice([0, 0, 1, 2]))
    return Filters(
        skills=chance.sample(SKILLS, chance.choice([0, 0, 1, 2])),
        at_least=least,
        at_most=most,
        switches={name: chance.random() < 0.5 for name in switches},
        page_size=chance.choice([1, 2, 5, 18]),
    )


def test_the_best_are_found_as_among_all(tutors: None) -> None:
    chance = random.Random(7)
    answered = 0
    for _ in range(150):
        filters = some_filters(chance)
        every, best = among_all(replace(filters, page_size=TUTORS)), among_best(filters)
        answered += best is not None
        assert search(filters) == every[: filters.page_size + 1], filters
        assert best in (None, every[: filters.page_size + 1]), filters
    assert 30 < answered < 120


def test_searches_in_another_order_or_with_rare_matches_are_answered_among_all(tutors: None) -> None:
    asked = Filters(page_size=5)
    assert among_best(asked) == among_all(asked)
    for changed in (
        {"order": Order("price", descending=True)},
        {"order": Order("rank", descending=False)},
        {"name": "a"},
        {"location": "a"},
        {"has_rare_skills": True},
    ):
        assert among_best(replace(asked, **changed)) is None


@pytest.mark.parametrize("page_size", [3, 10])
def test_pages_continue_beyond_the_best(tutors: None, page_size: int) -> None:
    asked = Filters(page_size=page_size)
    read: list[Row] = []
    answered = []
    while True:
        hits = search(asked)
        answered.append(among_best(asked) is not None)
        read += hits[:page_size]
        if len(hits) <= page_size:
            break
        asked = replace(asked, cursor=Cursor("rank-desc", read[-1][1].decode(), int(read[-1][0])))
    assert read == among_all(Filters(page_size=TUTORS))
    # Only the first pages are answered among the best.
    assert answered == sorted(answered, reverse=True)
    assert sum(answered) == (BEST - 1) // page_size


def test_if_there_are_few_tutors_all_are_among_the_best(tutors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no second statement is needed, even for tutors added since."""
    monkeypatch.setattr(best_tutors, "BEST", TUTORS + 1)
    nobody = Filters(at_least={"price": Decimal(1_000)})
    assert among_best(nobody) == []
    monkeypatch.setattr(best_tutors, "FRESH_SECONDS", 60.0)
    add_tutors(5, price=1_000)
    found = among_best(nobody)
    assert found is not None
    assert len(found) == TUTORS + 5


def test_an_outdated_last_place_hides_no_tutor(tutors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Filters(page_size=TUTORS)
    search(asked)
    monkeypatch.setattr(best_tutors, "FRESH_SECONDS", 60.0)
    query("UPDATE tutors SET verified_count = 1, verified_sum = 1 WHERE id %% 2 = 0")
    assert [hit[0] for hit in search(asked)] == [hit[0] for hit in among_all(asked)]
    assert search(Filters(page_size=3)) == among_all(Filters(page_size=3))


def test_one_statement_finds_a_page_and_a_second_fills_it_up_if_needed(
    tutors: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(Filters())
    monkeypatch.setattr(best_tutors, "FRESH_SECONDS", 60.0)
    first, too_large = Filters(page_size=BEST - 1), Filters(page_size=BEST)
    [*_, last] = search(first)
    beyond = replace(first, cursor=Cursor("rank-desc", last[1].decode(), int(last[0])))
    for asked, number in ((first, 1), (too_large, 2), (beyond, 1)):
        with statements() as sent:
            search(asked)
        assert len(sent) == number, sent


def test_after_five_executions_the_statement_is_not_planned_again(tutors: None) -> None:
    """Even where planning costs almost nothing compared to running it, as with a million tutors."""
    add_tutors(800)
    count_for_the_planner()
    narrow = Filters(at_least={"price": Decimal(60)}, at_most={"price": Decimal(60)}, skills=[SKILLS[0]])
    with psycopg.connect(settings().database_url) as db:
        db.execute("SET cpu_operator_cost = 0.00001")
        db.execute(f"PREPARE best AS {FIND_BEST.statement.decode()}")
        for asked in [narrow, Filters(page_size=1), Filters(page_size=1, skills=list(SKILLS))] * 3:
            db.execute(f"EXECUTE best ({literals(asked)})")
        plans = db.execute("SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE name = 'best'")
        assert plans.fetchone() == (5, 4)


def test_its_plan_follows_the_rank_and_skips_prices_out_of_range(tutors: None) -> None:
    add_tutors(800)
    count_for_the_planner()
    with psycopg.connect(settings().database_url) as db:
        db.execute(f"PREPARE best AS {FIND_BEST.statement.decode()}")
        db.execute("SET plan_cache_mode = force_generic_plan")
        rows = db.execute(f"EXPLAIN EXECUTE best ({literals(Filters(skills=[SKILLS[0]], page_size=5))})").fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert "Index Scan Backward using tutors_rank_idx" in plan
    assert "Sort" not in plan
    [condition] = [line for line in plan.splitlines() if "Index Cond" in line]
    assert "price >=" in condition
    assert "price <=" in condition


def literals(asked: Filters) -> str:
    """Return the values of FIND_BEST as EXECUTE takes them."""
    values = parameters(asked, last=Place(3.5, 1))
    return ", ".join("NULL" if value is None else f"'{value}'" for value in values)


def test_it_is_skipped_where_statements_may_not_be_prepared(tutors: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PREPARE", "false")
    read_settings_again()
    assert not settings().database_prepare
    assert among_best(Filters(page_size=5)) is None
    assert search(Filters(page_size=5)) == among_all(Filters(page_size=5))
