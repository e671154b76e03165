"""Statements that read tutors' rules and write the schedule items made from them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from functions.availability.domain.recurrence import Override, Rules, WeeklyHours
from functions.availability.domain.schedule_diff import StoredItem
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query


class _RulesRow(NamedTuple):
    """Hours and overrides are lists of their columns' values."""

    tutor_id: int
    time_zone: str
    booking_window: int
    horizon: date | None
    now: datetime
    weekly: list[list[int]]
    overrides: list[list[Any]]


class TutorRules(NamedTuple):
    """A tutor's rules, the booking window in days, how far the rules are materialized, and the current time (UTC)."""

    tutor_id: int
    rules: Rules
    booking_window: int
    horizon: date | None
    now: datetime


# Skips deleted accounts, and keeps the others from being deleted before the transaction ends.
LOAD_RULES = Query(
    _RulesRow,
    """
SELECT terms.tutor_id, terms.time_zone, terms.booking_window, terms.horizon, clock_timestamp() AS now,
    coalesce((SELECT json_agg(json_build_array(weekday, starts, ends))
        FROM weekly_hours WHERE tutor_id = terms.tutor_id), '[]') AS weekly,
    coalesce((SELECT json_agg(json_build_array(kind, first_day, last_day, starts, ends)) FROM hours_overrides
        WHERE tutor_id = terms.tutor_id AND last_day >= (now() - interval '3 days')::date), '[]') AS overrides
FROM tutors t JOIN booking_terms terms ON terms.tutor_id = t.id
WHERE t.id = ANY(%s)
ORDER BY t.id
FOR KEY SHARE OF t
""",
)


def load_rules(db: PooledConnection, tutor_ids: Sequence[int]) -> Iterator[TutorRules]:
    """The rules of those of the given tutors who still exist."""
    for row in LOAD_RULES.all(db, (list(tutor_ids),)):
        overrides = [
            Override(kind, date.fromisoformat(first_day), date.fromisoformat(last_day), starts, ends)
            for kind, first_day, last_day, starts, ends in row.overrides
        ]
        rules = Rules(ZoneInfo(row.time_zone), [WeeklyHours(*each) for each in row.weekly], overrides)
        yield TutorRules(row.tutor_id, rules, row.booking_window, row.horizon, row.now.astimezone(UTC))


class _ItemRow(NamedTuple):
    tutor_id: int
    id: int
    starts_at: datetime
    ends_at: datetime
    is_rule: bool


LIST_STORED = Query(
    _ItemRow,
    """
SELECT i.tutor_id, i.id, i.starts_at, i.ends_at, i.source = 'rule' AS is_rule
FROM unnest(%s::int[], %s::timestamptz[]) AS asked (tutor_id, since)
JOIN schedule_items i ON i.tutor_id = asked.tutor_id
    AND tstzrange(i.starts_at, i.ends_at) && tstzrange(asked.since, NULL)
""",
)


def list_stored(db: PooledConnection, since: dict[int, datetime]) -> dict[int, list[StoredItem]]:
    """The items that end after a moment given for each tutor."""
    found: dict[int, list[StoredItem]] = {tutor_id: [] for tutor_id in since}
    for row in LIST_STORED.all(db, (list(since), list(since.values()))):
        span = Span(row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC))
        found[row.tutor_id].append(StoredItem(row.id, span, row.is_rule))
    return found


REMOVE_ITEMS = Command("DELETE FROM schedule_items WHERE id = ANY(%s)")


def remove_rule_items(db: PooledConnection, item_ids: list[int]) -> None:
    if item_ids:
        REMOVE_ITEMS.run(db, (item_ids,))


ADD_RULE_ITEMS = Command(
    """
INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source)
SELECT tutor_id, starts_at, ends_at, 'rule'
FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY
    AS made (tutor_id, starts_at, ends_at, place)
ORDER BY place
"""
)


def add_rule_items(db: PooledConnection, items: list[tuple[int, Span]]) -> None:
    """Add rule items by tutor id. Raises psycopg.IntegrityError (schedule_items_overlap) if one overlaps another."""
    if items:
        starts, ends = [span.starts_at for _, span in items], [span.ends_at for _, span in items]
        ADD_RULE_ITEMS.run(db, ([tutor_id for tutor_id, _ in items], starts, ends))


SET_HORIZON = Command(
    """
UPDATE booking_terms terms SET horizon = made.horizon
FROM unnest(%s::int[], %s::date[]) AS made (tutor_id, horizon)
WHERE terms.tutor_id = made.tutor_id AND terms.horizon IS DISTINCT FROM made.horizon
"""
)


def set_horizon(db: PooledConnection, horizons: dict[int, date]) -> None:
    SET_HORIZON.run(db, (list(horizons), list(horizons.values())))


class LaggingTutor(NamedTuple):
    """A tutor with days to materialize, and the account."""

    tutor_id: int
    user_id: UUID


# The horizon is a UTC day for every tutor, so that SQL can compare it without time zones. The query starts from tutors
# with rules: checking every tutor for rules took three times as long. The subquery computes today once: computing it
# per row took half of the time.
LIST_LAGGING = Query(
    LaggingTutor,
    """
SELECT terms.tutor_id, t.user_id FROM (
    SELECT tutor_id FROM weekly_hours WHERE tutor_id > %(after)s
    UNION SELECT tutor_id FROM hours_overrides WHERE tutor_id > %(after)s AND kind = 'extra'
) ruled JOIN booking_terms terms USING (tutor_id) JOIN tutors t ON t.id = terms.tutor_id
WHERE terms.horizon IS NULL OR terms.horizon < (SELECT (now() AT TIME ZONE 'UTC')::date) + terms.booking_window + 1
ORDER BY terms.tutor_id LIMIT %(count)s
""",
)


def list_lagging(after: int, count: int) -> list[LaggingTutor]:
    """The next tutors, by id, whose horizon is behind."""
    with connection() as db:
        return LIST_LAGGING.all(db, {"after": after, "count": count})


# Locked rows are skipped to avoid deadlocks: they are being deleted, or the next run finds them.
PRUNE = Command(
    """
DELETE FROM schedule_items WHERE id = ANY(ARRAY(
    SELECT id FROM schedule_items WHERE source = 'rule' AND ends_at < now() - make_interval(days => %(days)s)
    ORDER BY ends_at LIMIT %(count)s FOR UPDATE SKIP LOCKED
))
"""
)


def prune(days: int, count: int) -> int:
    """Delete at most `count` rule items that ended more than `days` days ago; returns their number."""
    with connection() as db:
        return PRUNE.run(db, {"days": days, "count": count})


PRUNE_OVERRIDES = Command(
    """
DELETE FROM hours_overrides WHERE id = ANY(ARRAY(
    SELECT id FROM hours_overrides WHERE last_day < (now() - make_interval(days => %(days)s))::date
    ORDER BY id LIMIT %(count)s FOR UPDATE SKIP LOCKED
))
"""
)


def prune_overrides(days: int, count: int) -> int:
    """Delete at most `count` overrides whose last day is more than `days` days ago; returns their number."""
    with connection() as db:
        return PRUNE_OVERRIDES.run(db, {"days": days, "count": count})
