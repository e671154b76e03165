"""The statements that read a tutor's rules and write the items made from them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from functions.availability.offers import StoredItem
from shared.domain.free_time import Span
from shared.kit.db.pool import PooledConnection, connection

# Who is being deleted is left out; nobody else can be before the transaction ends.
LOAD_RULES = """
SELECT b.tutor_id, b.time_zone, b.booking_window, b.horizon, clock_timestamp() AS now,
    coalesce((SELECT json_agg(json_build_array(weekday, starts, ends))
        FROM weekly_hours WHERE tutor_id = b.tutor_id), '[]') AS weekly,
    coalesce((SELECT json_agg(json_build_array(kind, first_day, last_day, starts, ends)) FROM hours_overrides
        WHERE tutor_id = b.tutor_id AND last_day >= (now() - interval '3 days')::date), '[]') AS overrides
FROM tutors t JOIN booking_terms b ON b.tutor_id = t.id
WHERE t.id = ANY(%s)
ORDER BY t.id
FOR KEY SHARE OF t
"""


def load_rules(db: PooledConnection, tutor_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The rules of some tutors by column, hours and overrides as lists of values, and the time it is."""
    with db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(LOAD_RULES, (list(tutor_ids),)).fetchall()


STORED_ITEMS = """
SELECT i.tutor_id, i.id, i.starts_at, i.ends_at, i.source = 'rule'
FROM unnest(%s::int[], %s::timestamptz[]) AS wanted (tutor_id, since)
JOIN schedule_items i ON i.tutor_id = wanted.tutor_id
    AND tstzrange(i.starts_at, i.ends_at) && tstzrange(wanted.since, NULL)
"""


def list_stored(db: PooledConnection, since: dict[int, datetime]) -> dict[int, list[StoredItem]]:
    """The items that end after a moment, given for each tutor."""
    found: dict[int, list[StoredItem]] = {tutor_id: [] for tutor_id in since}
    rows = db.execute(STORED_ITEMS, (list(since), list(since.values()))).fetchall()
    for tutor_id, item_id, starts_at, ends_at, is_rule in rows:
        span = Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
        found[tutor_id].append(StoredItem(item_id, span, is_rule))
    return found


def remove_rule_items(db: PooledConnection, item_ids: list[int]) -> None:
    if item_ids:
        db.execute("DELETE FROM schedule_items WHERE id = ANY(%s)", (item_ids,))


ADD_RULE_ITEMS = """
INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source)
SELECT tutor_id, starts_at, ends_at, 'rule'
FROM unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY
    AS made (tutor_id, starts_at, ends_at, place)
ORDER BY place
"""


def add_rule_items(db: PooledConnection, items: list[tuple[int, Span]]) -> None:
    """Raises psycopg.IntegrityError (schedule_items_overlap) if a tutor has something then."""
    if items:
        starts, ends = [span.starts_at for _, span in items], [span.ends_at for _, span in items]
        db.execute(ADD_RULE_ITEMS, ([tutor_id for tutor_id, _ in items], starts, ends))


SET_HORIZON = """
UPDATE booking_terms b SET horizon = made.horizon
FROM unnest(%s::int[], %s::date[]) AS made (tutor_id, horizon)
WHERE b.tutor_id = made.tutor_id AND b.horizon IS DISTINCT FROM made.horizon
"""


def set_horizon(db: PooledConnection, horizons: dict[int, date]) -> None:
    db.execute(SET_HORIZON, (list(horizons), list(horizons.values())))


# The horizon is a day of UTC for everybody, so that it can be compared here, without any zones.
BEHIND = """
SELECT b.tutor_id, t.user_id FROM booking_terms b JOIN tutors t ON t.id = b.tutor_id
WHERE b.tutor_id > %(after)s
    AND (b.horizon IS NULL OR b.horizon < (now() AT TIME ZONE 'UTC')::date + b.booking_window + 1)
    AND (EXISTS (SELECT FROM weekly_hours WHERE tutor_id = b.tutor_id)
        OR EXISTS (SELECT FROM hours_overrides WHERE tutor_id = b.tutor_id AND kind = 'extra'))
ORDER BY b.tutor_id LIMIT %(count)s
"""


def list_behind(after: int, count: int) -> dict[int, UUID]:
    """The next tutors, by id, for whom days are to be made, with their accounts."""
    with connection() as db:
        return dict(db.execute(BEHIND, {"after": after, "count": count}).fetchall())


# Whoever holds a lock on a row deletes it, or will find it next time: nobody waits in a circle.
PRUNE = """
DELETE FROM schedule_items WHERE id IN (
    SELECT id FROM schedule_items WHERE source = 'rule' AND ends_at < now() - make_interval(days => %(days)s)
    ORDER BY ends_at LIMIT %(count)s FOR UPDATE SKIP LOCKED
)
"""


def prune(days: int, count: int) -> int:
    """Delete so many rule items at most that ended so many days ago; returns how many there were."""
    with connection() as db:
        return db.execute(PRUNE, {"days": days, "count": count}).rowcount
