"""Every statement of the availability feature."""

from datetime import datetime

from shared.kit.database import PooledConnection, connection
from shared.rules.policy import policy

LIST_ITEMS = """
SELECT coalesce('[' || string_agg(row_to_json(item)::text, ',') || ']', '[]') FROM (
    SELECT id, wire_time(starts_at, %(zone)s) AS start_time, wire_time(ends_at, %(zone)s) AS end_time
    FROM schedule_items WHERE tutor_id = %(tutor_id)s ORDER BY id
) item
"""


def list_items(tutor_id: int) -> str:
    """A tutor's schedule in order of creation, as JSON text."""
    with connection() as db:
        row = db.execute(LIST_ITEMS, {"tutor_id": tutor_id, "zone": policy().time_zone}).fetchone()
    return str(row[0]) if row else "[]"


def lock_tutor(db: PooledConnection, tutor_id: int) -> bool:
    """Let the additions to one schedule wait for each other; False if the tutor has gone.

    Without it two that overlap both insert, then both wait for the other to end: a deadlock.
    """
    return db.execute("SELECT FROM tutors WHERE id = %s FOR NO KEY UPDATE", (tutor_id,)).fetchone() is not None


def add_item(db: PooledConnection, tutor_id: int, starts_at: datetime, ends_at: datetime) -> int:
    """Raises psycopg.IntegrityError (schedule_items_overlap) if the tutor has something then."""
    addition = "INSERT INTO schedule_items (tutor_id, starts_at, ends_at) VALUES (%s, %s, %s) RETURNING id"
    [(item_id,)] = db.execute(addition, (tutor_id, starts_at, ends_at)).fetchall()
    return int(item_id)


def delete_items(db: PooledConnection, tutor_id: int, item_id: int | None = None) -> int:
    """Delete one or all of a tutor's items; returns how many there were."""
    values = {"tutor_id": tutor_id, "item_id": item_id}
    one = "" if item_id is None else " AND id = %(item_id)s"
    return db.execute(f"DELETE FROM schedule_items WHERE tutor_id = %(tutor_id)s{one}", values).rowcount
