"""Every statement of the availability feature."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shared.kit.database import connection
from shared.models import ScheduleItem
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


def add_item(session: Session, tutor_id: int, starts_at: datetime, ends_at: datetime) -> int:
    """Raises sqlalchemy.exc.IntegrityError (schedule_items_overlap) if the tutor has something then."""
    item = ScheduleItem(tutor_id=tutor_id, starts_at=starts_at, ends_at=ends_at)
    session.add(item)
    session.flush()
    return item.id


def delete_items(session: Session, tutor_id: int, item_id: int | None = None) -> int:
    """Delete one or all of a tutor's items; returns how many there were."""
    removal = delete(ScheduleItem).where(ScheduleItem.tutor_id == tutor_id)
    if item_id is not None:
        removal = removal.where(ScheduleItem.id == item_id)
    return len(session.scalars(removal.returning(ScheduleItem.id)).all())
