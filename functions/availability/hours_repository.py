"""Every statement about weekly hours and their overrides."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg.rows import dict_row

from functions.availability.offers import Weekly
from shared.kit.db.pool import PooledConnection, connection

FIND_WEEK = """
SELECT time_zone, coalesce((
    SELECT json_agg(json_build_array(weekday, starts, ends) ORDER BY weekday, starts)
    FROM weekly_hours WHERE tutor_id = b.tutor_id
), '[]')
FROM booking_terms b WHERE tutor_id = %s
"""


def find_week(tutor_id: int) -> tuple[str, list[Weekly]] | None:
    """The tutor's zone, and the hours from Monday on."""
    with connection() as db:
        row = db.execute(FIND_WEEK, (tutor_id,)).fetchone()
    return (row[0], [Weekly(*each) for each in row[1]]) if row else None


ADD_HOURS = """
INSERT INTO weekly_hours (tutor_id, weekday, starts, ends)
SELECT %s, * FROM unnest(%s::smallint[], %s::int[], %s::int[])
"""


def replace_week(db: PooledConnection, tutor_id: int, hours: Sequence[Weekly]) -> None:
    """Raises psycopg.IntegrityError (weekly_hours_overlap) if hours overlap."""
    db.execute("DELETE FROM weekly_hours WHERE tutor_id = %s", (tutor_id,))
    if hours:
        weekdays, starts, ends = (list(column) for column in zip(*hours, strict=True))
        db.execute(ADD_HOURS, (tutor_id, weekdays, starts, ends))


def set_zone(db: PooledConnection, tutor_id: int, time_zone: str) -> None:
    db.execute("UPDATE booking_terms SET time_zone = %s WHERE tutor_id = %s", (time_zone, tutor_id))


# What is over everywhere in the world is of no interest any more.
COMING = "tutor_id = %s AND last_day >= (now() - interval '1 day')::date"


def list_overrides(tutor_id: int) -> list[dict[str, Any]]:
    """Overrides that are not over, by their days."""
    statement = (
        "SELECT id, kind, first_day, last_day, starts, ends, note FROM hours_overrides"
        f" WHERE {COMING} ORDER BY first_day, starts, id"
    )
    with connection() as db, db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, (tutor_id,)).fetchall()


def count_overrides(db: PooledConnection, tutor_id: int) -> int:
    """How many are not over."""
    [(count,)] = db.execute(f"SELECT count(*) FROM hours_overrides WHERE {COMING}", (tutor_id,)).fetchall()
    return int(count)


ADD_OVERRIDE = """
INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends, note)
VALUES (%(tutor_id)s, %(kind)s, %(first_day)s, %(last_day)s, %(starts)s, %(ends)s, %(note)s)
RETURNING id
"""


def add_override(db: PooledConnection, tutor_id: int, override: dict[str, Any]) -> int:
    """Add an override by its columns; returns its id."""
    [(override_id,)] = db.execute(ADD_OVERRIDE, {"tutor_id": tutor_id, **override}).fetchall()
    return int(override_id)


ADD_OFF = """
INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends)
SELECT %s, 'off', day, day, starts, ends FROM unnest(%s::date[], %s::int[], %s::int[]) AS stretch (day, starts, ends)
"""


def take_off(db: PooledConnection, tutor_id: int, stretches: Sequence[tuple[date, int, int]]) -> None:
    """Offer nothing on some days from one minute of the day to another."""
    if stretches:
        days, starts, ends = (list(column) for column in zip(*stretches, strict=True))
        db.execute(ADD_OFF, (tutor_id, days, starts, ends))


def delete_override(db: PooledConnection, tutor_id: int, override_id: int) -> bool:
    removal = "DELETE FROM hours_overrides WHERE tutor_id = %s AND id = %s"
    return db.execute(removal, (tutor_id, override_id)).rowcount > 0
