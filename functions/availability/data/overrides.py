"""Statements about overrides of weekly hours."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from functions.availability.domain.recurrence import Override
from functions.availability.domain.wall_clock import LocalInterval
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose


class StoredOverride(NamedTuple):
    """An override with its id and note; times are minutes since midnight."""

    id: int
    kind: str
    first_day: date
    last_day: date
    starts: int
    ends: int
    note: str


COLUMNS = Sql("id, kind, first_day, last_day, starts, ends, note")
# Days that are over in every time zone no longer matter.
UPCOMING = Sql("tutor_id = %(tutor_id)s AND last_day >= (now() - interval '1 day')::date")
LIST_OVERRIDES = Query(
    StoredOverride,
    compose(
        "SELECT {columns} FROM hours_overrides WHERE {upcoming} ORDER BY first_day, starts, id",
        columns=COLUMNS,
        upcoming=UPCOMING,
    ),
)


def list_overrides(tutor_id: int) -> list[StoredOverride]:
    """Overrides that are not over, ordered by day."""
    with connection() as db:
        return LIST_OVERRIDES.all(db, {"tutor_id": tutor_id})


COUNT_ENTERED = Query(
    int, compose("SELECT count(*) FROM hours_overrides WHERE entered AND {upcoming}", upcoming=UPCOMING)
)


def count_entered(db: PooledConnection, tutor_id: int) -> int:
    """Count the overrides that the tutor entered and that are not over."""
    return COUNT_ENTERED.get(db, {"tutor_id": tutor_id})


IS_OVER = Query(
    bool,
    "SELECT %(last_day)s::date < (now() AT TIME ZONE time_zone)::date FROM booking_terms WHERE tutor_id = %(tutor_id)s",
)


def is_over(db: PooledConnection, tutor_id: int, last_day: date) -> bool:
    """Whether a day has passed in the tutor's zone."""
    return IS_OVER.get(db, {"tutor_id": tutor_id, "last_day": last_day})


INSERT_OVERRIDE = Query(
    StoredOverride,
    compose(
        """
INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends, note)
VALUES (%(tutor_id)s, %(kind)s, %(first_day)s, %(last_day)s, %(starts)s, %(ends)s, %(note)s)
RETURNING {columns}
""",
        columns=COLUMNS,
    ),
)


def insert_override(db: PooledConnection, tutor_id: int, override: Override, note: str) -> StoredOverride:
    return INSERT_OVERRIDE.get(
        db,
        {
            "tutor_id": tutor_id,
            "kind": override.kind,
            "first_day": override.first_day,
            "last_day": override.last_day,
            "starts": override.starts,
            "ends": override.ends,
            "note": note,
        },
    )


BLOCK_INTERVALS = Command(
    """
INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends, entered)
SELECT %s, 'off', day, day, starts, ends, false
FROM unnest(%s::date[], %s::int[], %s::int[]) AS part (day, starts, ends)
"""
)


def block_intervals(db: PooledConnection, tutor_id: int, intervals: Sequence[LocalInterval]) -> None:
    """Block intervals, whether or not rules offer them."""
    if intervals:
        days, starts, ends = (list(column) for column in zip(*intervals, strict=True))
        BLOCK_INTERVALS.run(db, (tutor_id, days, starts, ends))


# Overrides that earlier deletions made within the interval are now redundant, so they are deleted.
BLOCK_STRETCH = Command(
    """
WITH contained AS (
    DELETE FROM hours_overrides
    WHERE tutor_id = %(tutor_id)s AND NOT entered AND %(first_day)s <= first_day AND last_day <= %(last_day)s
        AND %(starts)s <= starts AND ends <= %(ends)s
)
INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends, note, entered)
VALUES (%(tutor_id)s, 'off', %(first_day)s, %(last_day)s, %(starts)s, %(ends)s, %(note)s, false)
"""
)


def block_stretch(db: PooledConnection, tutor_id: int, intervals: Sequence[LocalInterval], note: str) -> None:
    """Block the days from the first interval to the last, each from the earliest start to the latest end."""
    if intervals:
        days = [each.day for each in intervals]
        values = {
            "tutor_id": tutor_id,
            "first_day": min(days),
            "last_day": max(days),
            "starts": min(each.starts for each in intervals),
            "ends": max(each.ends for each in intervals),
            "note": note,
        }
        BLOCK_STRETCH.run(db, values)


DELETE_OVERRIDE = Command("DELETE FROM hours_overrides WHERE tutor_id = %s AND id = %s")


def remove_override(db: PooledConnection, tutor_id: int, override_id: int) -> bool:
    """Delete an override; False if the tutor has no such override."""
    return DELETE_OVERRIDE.run(db, (tutor_id, override_id)) > 0
