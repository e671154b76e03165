"""The horizon moves day by day, and old rows are deleted."""

from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions.availability.horizon_job import handler
from tests.events.recorded import recorded
from tests.support.availability_client import DAY, add, at, every_day, override, put, rows, session, today
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once


def tick() -> dict[str, Any]:
    return handler(recorded("schedule_horizon"), None)


def days_ago(tutor: Person, days: int) -> None:
    """Set the tutor's horizon back by so many days."""
    query(
        "DELETE FROM schedule_items WHERE tutor_id = %s AND starts_at >="
        " (SELECT (horizon - %s + 1)::timestamp AT TIME ZONE time_zone FROM booking_terms WHERE tutor_id = %s)",
        tutor.tutor_id,
        days,
        tutor.tutor_id,
    )
    query("UPDATE booking_terms SET horizon = horizon - %s WHERE tutor_id = %s", days, tutor.tutor_id)


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("days", [1, 3, 100])
def test_the_horizon_moves_to_where_it_would_be_today(people: People, zone: str, days: int) -> None:
    tutor = people.tutor()
    put(tutor, *every_day("00:00", "12:00"), *every_day("12:00", "24:00"), time_zone=zone)
    made = {row[:2] for row in rows(tutor).values()}
    ids = set(rows(tutor))
    days_ago(tutor, days)
    assert len(rows(tutor)) == max(0, len(made) - days)
    assert tick() == {"moved": 1, "pruned": 0}
    assert {row[:2] for row in rows(tutor).values()} == made
    assert len(ids & set(rows(tutor))) == max(0, len(made) - days)
    assert tick() == {"moved": 0, "pruned": 0}


def test_rules_without_items_get_them(people: People) -> None:
    """As a restored backup may have them."""
    tutor = people.tutor()
    insert("weekly_hours", {"tutor_id": tutor.tutor_id, "weekday": 1, "starts": 540, "ends": 600})
    extra = people.tutor()
    days = {"first_day": today() + 3 * DAY, "last_day": today() + 4 * DAY}
    insert("hours_overrides", {"tutor_id": extra.tutor_id, "kind": "extra", "starts": 540, "ends": 600, **days})
    assert tick() == {"moved": 2, "pruned": 0}
    assert len(rows(tutor)) in {8, 9}
    assert [row[:2] for row in rows(extra).values()] == [
        (at(today() + number * DAY, 9), at(today() + number * DAY, 10)) for number in (3, 4)
    ]


def test_tutors_without_hours_are_left_alone(people: People) -> None:
    tutor = people.tutor()
    add(tutor, at(today() + DAY, 9), at(today() + DAY, 10))
    override(people.tutor(), "off", today())
    query("UPDATE booking_terms SET horizon = NULL")
    assert tick() == {"moved": 0, "pruned": 0}
    assert len(rows(tutor)) == 1


def test_new_days_respect_overrides_and_items_entered_by_hand(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    [(horizon,)] = query("SELECT horizon FROM booking_terms")
    days_ago(tutor, 3)
    add(tutor, at(horizon, 10), at(horizon, 11))
    query(
        "INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day) VALUES (%s, 'off', %s, %s)",
        tutor.tutor_id,
        horizon - DAY,
        horizon - DAY,
    )
    session(tutor, at(horizon - 2 * DAY, 10))
    tick()
    new = sorted(row for row in rows(tutor).values() if row[0] > at(horizon - 2 * DAY, 0))
    assert new == [
        (at(horizon - 2 * DAY, 9), at(horizon - 2 * DAY, 17), "rule"),
        (at(horizon, 9), at(horizon, 10), "rule"),
        (at(horizon, 10), at(horizon, 11), "explicit"),
        (at(horizon, 11), at(horizon, 17), "rule"),
    ]


@pytest.mark.parametrize(("days", "kept"), [(29.99, 2), (30.01, 1)])
def test_items_made_from_rules_are_deleted_after_thirty_days(people: People, days: float, kept: int) -> None:
    tutor = people.tutor()
    for number, source in enumerate(("rule", "explicit")):
        query(
            "INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source)"
            " SELECT %s, ended - interval '1 hour', ended, %s FROM (SELECT now() - %s::interval AS ended) x",
            tutor.tutor_id,
            source,
            timedelta(days=days + number),
        )
    assert tick()["pruned"] == 2 - kept
    assert len(rows(tutor)) == kept


@pytest.mark.parametrize(("days", "kept"), [(30, 1), (32, 0)])
def test_overrides_are_deleted_thirty_days_after_their_last_day(people: People, days: int, kept: int) -> None:
    tutor = people.tutor()
    query(
        "INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends)"
        " SELECT %s, 'off', day - 100, day, 0, 1440 FROM (SELECT current_date - %s::int AS day) x",
        tutor.tutor_id,
        days,
    )
    assert tick()["pruned"] == 1 - kept
    assert query("SELECT count(*) FROM hours_overrides") == [(kept,)]


def test_one_broken_schedule_does_not_hold_up_the_others(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.availability.horizon_job.BATCH", 1)
    tutors = [people.tutor() for _ in range(3)]
    for tutor in tutors:
        put(tutor, *every_day())
        days_ago(tutor, 2)
    # As if an explicit item were in the way that a broken index hides.
    query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE unique_violation; END $$")
    query(
        f"CREATE TRIGGER refuse BEFORE INSERT ON schedule_items FOR EACH ROW WHEN (NEW.tutor_id = {tutors[1].tutor_id})"
        " EXECUTE FUNCTION refuse()"
    )
    try:
        assert tick() == {"moved": 2, "pruned": 0}
    finally:
        query("DROP FUNCTION refuse() CASCADE")
    assert tick() == {"moved": 1, "pruned": 0}


def test_concurrent_runs_move_each_horizon_once(people: People) -> None:
    tutors = [people.tutor() for _ in range(12)]
    for tutor in tutors:
        put(tutor, *every_day())
        days_ago(tutor, 5)
    results = at_once(*[tick] * 4)
    assert sum(each["moved"] for each in results) == len(tutors)
    counts = {len(rows(tutor)) for tutor in tutors}
    assert counts <= {61, 62}


def test_changing_hours_while_the_horizon_moves_ends_with_the_new_hours(people: People) -> None:
    tutors = [people.tutor() for _ in range(4)]
    for tutor in tutors:
        put(tutor, *every_day())
        days_ago(tutor, 5)
    hours = [partial(put, tutor, *every_day("10:00", "11:00")) for tutor in tutors]
    results: list[Any] = at_once(tick, *hours, tick)
    assert {answer.status for answer in results[1:-1]} == {200}
    for tutor in tutors:
        local = [row[0].astimezone(ZoneInfo("Europe/Warsaw")) for row in rows(tutor).values()]
        assert {start.hour for start in local} == {10}
        assert len(local) in {61, 62}
