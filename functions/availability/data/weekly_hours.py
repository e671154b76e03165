"""Statements about weekly hours."""

from collections.abc import Sequence
from typing import NamedTuple

from functions.availability.domain.recurrence import WeeklyHours
from shared.domain.auth import AccountGone
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query


class _WeekRow(NamedTuple):
    """Hours are lists of weekday, start and end."""

    time_zone: str
    hours: list[list[int]]


class Week(NamedTuple):
    """A tutor's zone and hours, from Monday on."""

    time_zone: str
    hours: list[WeeklyHours]


FIND_WEEK = Query(
    _WeekRow,
    """
SELECT time_zone, coalesce((
    SELECT json_agg(json_build_array(weekday, starts, ends) ORDER BY weekday, starts)
    FROM weekly_hours WHERE tutor_id = terms.tutor_id
), '[]') AS hours
FROM booking_terms terms WHERE tutor_id = %s
""",
)


def get_week(tutor_id: int) -> Week:
    """A tutor's weekly hours. Raises AccountGone."""
    with connection() as db:
        row = FIND_WEEK.one(db, (tutor_id,))
    if row is None:
        raise AccountGone
    return Week(row.time_zone, [WeeklyHours(*each) for each in row.hours])


DELETE_HOURS = Command("DELETE FROM weekly_hours WHERE tutor_id = %s")
ADD_HOURS = Command(
    """
INSERT INTO weekly_hours (tutor_id, weekday, starts, ends)
SELECT %s, * FROM unnest(%s::smallint[], %s::int[], %s::int[])
"""
)


def set_week(db: PooledConnection, tutor_id: int, hours: Sequence[WeeklyHours]) -> None:
    """Replace all weekly hours. Raises psycopg.IntegrityError (weekly_hours_overlap) if they overlap."""
    DELETE_HOURS.run(db, (tutor_id,))
    if hours:
        weekdays = [each.weekday for each in hours]
        ADD_HOURS.run(db, (tutor_id, weekdays, [each.starts for each in hours], [each.ends for each in hours]))


SET_ZONE = Command("UPDATE booking_terms SET time_zone = %s WHERE tutor_id = %s")


def set_zone(db: PooledConnection, tutor_id: int, time_zone: str) -> None:
    SET_ZONE.run(db, (time_zone, tutor_id))
