"""Statements about the items of a tutor's schedule."""

from datetime import datetime
from typing import NamedTuple

from functions.availability.domain.errors import ItemsOverlap
from shared.data.schedule_items import SCHEDULE
from shared.domain.free_time import Span
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.kit.db.transactions import violated_constraint
from shared.kit.psycopg import IntegrityError

# The maximum that fits into a response; rules create at most a few thousand.
MOST_ITEMS = 20_000
LIST_ITEMS = Query(
    str,
    """
SELECT coalesce('[' || string_agg(row_to_json(item)::text, ',') || ']', '[]') FROM (
    SELECT id, format_time(starts_at, %(zone)s) AS start_time, format_time(ends_at, %(zone)s) AS end_time
    FROM (SELECT * FROM schedule_items WHERE tutor_id = %(tutor_id)s ORDER BY id DESC LIMIT %(most)s) newest
    ORDER BY id
) item
""",
)


def list_items(tutor_id: int) -> str:
    """A tutor's schedule in order of creation, up to the maximum of newest items, as JSON text."""
    values = {"tutor_id": tutor_id, "most": MOST_ITEMS, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_ITEMS.get(db, values)


OFFERED = """
SELECT coalesce((SELECT json_agg(row_to_json(item)) FROM ({schedule}) item), '[]')::text FROM tutors t
WHERE t.id = %(tutor_id)s{condition}
"""
LIST_OFFERED = Query(str, compose(OFFERED, schedule=SCHEDULE, condition=Sql(" AND t.listed")))
LIST_OWN_OFFERED = Query(str, compose(OFFERED, schedule=SCHEDULE, condition=Sql()))


def list_offered(tutor_id: int, *, own: bool = False) -> str | None:
    """A tutor's schedule with booked items marked, as JSON text; None for tutors who are not visible."""
    listing = LIST_OWN_OFFERED if own else LIST_OFFERED
    with connection() as db:
        return listing.one(db, {"tutor_id": tutor_id, "zone": platform_settings().time_zone})


LOCK_TUTOR = Query(bool, "SELECT true FROM tutors WHERE id = %s FOR KEY SHARE")


def lock_tutor(db: PooledConnection, tutor_id: int) -> bool:
    """Keep a tutor from being deleted before the transaction ends; False if the tutor is already deleted."""
    return LOCK_TUTOR.one(db, (tutor_id,)) is not None


INSERT_ITEM = Query(int, "INSERT INTO schedule_items (tutor_id, starts_at, ends_at) VALUES (%s, %s, %s) RETURNING id")


def insert_item(db: PooledConnection, tutor_id: int, starts_at: datetime, ends_at: datetime) -> int:
    """Add an item that was entered by hand; returns its id. Raises ItemsOverlap."""
    try:
        return INSERT_ITEM.get(db, (tutor_id, starts_at, ends_at))
    except IntegrityError as error:
        if violated_constraint(error) == "schedule_items_overlap":
            raise ItemsOverlap from None
        raise


class DeletedItem(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    is_rule: bool
    is_past: bool

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


DELETE_ITEM = Query(
    DeletedItem,
    """
DELETE FROM schedule_items WHERE tutor_id = %s AND id = %s
RETURNING starts_at, ends_at, source = 'rule' AS is_rule, ends_at <= now() AS is_past
""",
)


def remove_item(db: PooledConnection, tutor_id: int, item_id: int) -> DeletedItem | None:
    """Delete an item; None if the tutor has no such item."""
    return DELETE_ITEM.one(db, (tutor_id, item_id))


DELETE_ITEMS = Command("DELETE FROM schedule_items WHERE tutor_id = %s")


def remove_items(db: PooledConnection, tutor_id: int) -> int:
    """Delete all of a tutor's items; returns their number."""
    return DELETE_ITEMS.run(db, (tutor_id,))
