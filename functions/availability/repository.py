"""The statements about items of schedules."""

from datetime import datetime
from typing import NamedTuple

from shared.domain.free_time import Span
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection


class DeletedItem(NamedTuple):
    span: Span
    is_rule: bool
    is_past: bool


LIST_ITEMS = """
SELECT coalesce('[' || string_agg(row_to_json(item)::text, ',') || ']', '[]') FROM (
    SELECT id, format_time(starts_at, %(zone)s) AS start_time, format_time(ends_at, %(zone)s) AS end_time
    FROM schedule_items WHERE tutor_id = %(tutor_id)s ORDER BY id
) item
"""


def list_items(tutor_id: int) -> str:
    """A tutor's schedule in order of creation, as JSON text."""
    with connection() as db:
        row = db.execute(LIST_ITEMS, {"tutor_id": tutor_id, "zone": platform_settings().time_zone}).fetchone()
    return str(row[0]) if row else "[]"


def lock_tutor(db: PooledConnection, tutor_id: int) -> bool:
    """Keep a tutor from being deleted before the transaction ends; False if that has happened."""
    return db.execute("SELECT FROM tutors WHERE id = %s FOR KEY SHARE", (tutor_id,)).fetchone() is not None


def add_item(db: PooledConnection, tutor_id: int, starts_at: datetime, ends_at: datetime) -> int:
    """Raises psycopg.IntegrityError (schedule_items_overlap) if the tutor has something then."""
    addition = "INSERT INTO schedule_items (tutor_id, starts_at, ends_at) VALUES (%s, %s, %s) RETURNING id"
    [(item_id,)] = db.execute(addition, (tutor_id, starts_at, ends_at)).fetchall()
    return int(item_id)


DELETE_ITEM = """
DELETE FROM schedule_items WHERE tutor_id = %s AND id = %s
RETURNING starts_at, ends_at, source = 'rule', ends_at <= now()
"""


def delete_item(db: PooledConnection, tutor_id: int, item_id: int) -> DeletedItem | None:
    row = db.execute(DELETE_ITEM, (tutor_id, item_id)).fetchone()
    return DeletedItem(Span(row[0], row[1]), is_rule=row[2], is_past=row[3]) if row else None


def delete_items(db: PooledConnection, tutor_id: int) -> int:
    """Delete all of a tutor's items; returns how many there were."""
    return db.execute("DELETE FROM schedule_items WHERE tutor_id = %s", (tutor_id,)).rowcount
