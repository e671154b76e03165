"""The counts kept while tutors change match the tutors, however many changes are concurrent."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest

from functions.tutors.data import known_skills
from functions.tutors.data.facet_statement import COUNT_ALL
from functions.tutors.data.search_statement import search_statement
from functions.tutors.domain.filters import Filters
from shared.kit.db.pool import connection
from tests.support.people import COMPLETE, People, insert, query
from tests.support.races import at_once

SKILLS = ("Fizyka", "Chemia", "Muzyka", "Matematyka")
PLACES = ("", "Łódź", "Rzeszów")
RECOUNTED = """
SELECT kind, value, sum(listed)::int, sum(complete)::int
FROM (SELECT f.* FROM tutors t, facets_of(t.listed, t.is_complete, t.skills, t.location) f) every
GROUP BY kind, value ORDER BY kind, value
"""
COUNTED = """
SELECT kind, value, sum(listed)::int, sum(complete)::int FROM (
    SELECT kind, value, listed, complete FROM facet_counts
    UNION ALL SELECT kind, value, listed, complete FROM facet_changes
) every GROUP BY kind, value HAVING sum(listed) <> 0 ORDER BY kind, value
"""


def change_something(random: Random) -> None:
    """Make a random change to a tutor: to a setting, the ratings or the account's confirmation."""
    [(tutor_id,)] = query("SELECT id FROM tutors OFFSET %s LIMIT 1", random.randrange(5)) or [(0,)]
    skills = random.sample(SKILLS, random.randrange(4))
    changes: list[Callable[[], list[Any]]] = [
        lambda: query("UPDATE tutors SET skills = %s WHERE id = %s", skills, tutor_id),
        lambda: query("UPDATE tutors SET location = %s WHERE id = %s", random.choice(PLACES), tutor_id),
        lambda: query("UPDATE tutors SET price = %s WHERE id = %s", random.choice((0, 50)), tutor_id),
        lambda: query("UPDATE tutors SET rating_count = rating_count + 1 WHERE id = %s", tutor_id),
        lambda: query(
            "UPDATE users SET confirmed_at = CASE WHEN confirmed_at IS NULL THEN now() END"
            " WHERE id = (SELECT user_id FROM tutors WHERE id = %s)",
            tutor_id,
        ),
    ]
    random.choice(changes)()


@pytest.fixture
def tutors(people: People) -> None:
    for number in range(8):
        people.tutor(tutor={"skills": list(SKILLS[: number % 4]), "location": PLACES[number % 3]})


@pytest.mark.parametrize("number", [60, pytest.param(3_000, marks=pytest.mark.proof)])
def test_every_change_counts(tutors: None, number: int) -> None:
    random = Random(1)
    for _ in range(number):
        change_something(random)
    assert query(COUNTED) == query(RECOUNTED)


@pytest.mark.parametrize("number", [15, pytest.param(600, marks=pytest.mark.proof)])
def test_concurrent_changes_are_all_counted_without_deadlocks(tutors: None, number: int) -> None:
    def change(seed: int) -> None:
        random = Random(seed)
        for _ in range(number):
            change_something(random)

    at_once(*(partial(change, seed) for seed in range(4)))
    assert query(COUNTED) == query(RECOUNTED)


def test_deleting_an_account_counts(tutors: None) -> None:
    query("DELETE FROM users WHERE id IN (SELECT user_id FROM tutors LIMIT 3)")
    assert query("SELECT sum(listed) FROM facet_changes WHERE kind = 'tutor'") == [(5,)]
    assert query(COUNTED) == query(RECOUNTED)


def test_many_rows_of_one_statement_make_few_notes_and_a_thousand_notes_are_added_up(tutors: None) -> None:
    query(
        "INSERT INTO users (email, password_hash, is_tutor, confirmed_at)"
        " SELECT 'many' || n || '@prz.edu.pl', '!', true, now() FROM generate_series(1, 1100) n"
    )
    before = query("SELECT count(*) FROM facet_changes")[0][0]
    query(
        "INSERT INTO tutors (user_id, price, skills, online_sessions, individual_sessions)"
        " SELECT id, 10, '{Fizyka}', true, true FROM users WHERE email LIKE 'many%%'"
    )
    assert query("SELECT count(*) FROM facet_changes")[0][0] == before + 2
    query("UPDATE tutors SET skills = '{Chemia}' WHERE price = 10")
    assert query("SELECT count(*) < 1100 FROM facet_changes") == [(True,)]
    assert query("SELECT listed FROM facet_counts WHERE value = 'Chemia'")[0][0] > 300
    assert query(COUNTED) == query(RECOUNTED)


def test_the_facets_of_all_are_read_from_the_counts(tutors: None) -> None:
    rows: list[Any] = query(COUNT_ALL.replace("%(locations)s", "100"))
    [(counted, matching, skills, locations)] = rows
    by_kind = {(kind, value): complete for kind, value, _listed, complete in query(RECOUNTED) if complete}
    assert counted == matching == by_kind["tutor", ""]
    assert json.loads(skills) == {value: number for (kind, value), number in by_kind.items() if kind == "skill"}
    assert json.loads(locations) == {value: number for (kind, value), number in by_kind.items() if kind == "location"}


@pytest.fixture
def few_are_rare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(known_skills, "RARE", 1)
    monkeypatch.setattr(known_skills, "FRESH_SECONDS", 0.0)
    yield
    monkeypatch.undo()
    known_skills._read()


def test_the_counts_and_not_the_statistics_decide_whether_a_skill_is_rare(people: People, few_are_rare: None) -> None:
    for skills in (["Fizyka"], ["Chemia"], ["Chemia"]):
        insert("tutors", {"user_id": people.student().id, **COMPLETE, "skills": skills})
    assert known_skills.unknown_skills(["Fizyka", "Alchemia"]) == ["Alchemia"]
    assert [known_skills.are_rare(each) for each in (["Fizyka"], ["Chemia"], ["Fizyka", "Chemia"])] == [
        True,
        False,
        False,
    ]


def plan(filters: Filters) -> str:
    """Return the plan with everything but the index of the order made expensive."""
    statement, parameters = search_statement(filters)
    with connection() as db, db.transaction(force_rollback=True):
        for way in ("seqscan", "bitmapscan", "sort"):
            db.execute(f"SET LOCAL enable_{way} = off".encode())
        return "\n".join(row[0] for row in db.execute(f"EXPLAIN {statement}".encode(), parameters))


def test_tutors_with_rare_skills_are_read_before_they_are_sorted(tutors: None) -> None:
    """Whatever the planner expects: here that every tutor has the skill."""
    few, many = (plan(Filters(skills=["Fizyka"], has_rare_skills=is_rare, page_size=1)) for is_rare in (True, False))
    # Read in the order of the index, or sorted after reading.
    assert ("Sort" in few, "Sort" in many) == (True, False)
