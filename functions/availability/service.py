"""The verbs of the availability feature and their refusals."""

from datetime import UTC
from typing import Any

from psycopg import IntegrityError

from functions.availability import repository
from functions.availability.schemas import NewItem
from shared.kit.database import PooledConnection
from shared.kit.errors import AppError
from shared.kit.transactions import violated_constraint
from shared.rules.callers import AccountGone
from shared.rules.timestamps import wire_time

MAX_ID = 2**63 - 1


class EndsBeforeStart(AppError):
    """An item that ends when it starts, or before."""

    body: Any = {"Error": "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."}


class Overlapping(AppError):
    """The tutor has another item at that time."""

    body: Any = {"Error": "Your schedule is overlapping with another schedule."}


class NoItems(AppError):
    """There was nothing to delete."""

    status = 404
    body: Any = {"Info": "No schedule items found."}


class NoSuchItem(AppError):
    """The tutor has no such item."""

    status = 404
    body: Any = {"Error": "Schedule item not found."}


def add_item(db: PooledConnection, tutor_id: int, item: NewItem) -> dict[str, Any]:
    """Add an item to the schedule. Raises EndsBeforeStart, Overlapping or AccountGone."""
    # In UTC: within a zone datetimes compare by wall clock, whatever their offsets.
    if item.start_time.astimezone(UTC) >= item.end_time.astimezone(UTC):
        raise EndsBeforeStart
    if not repository.lock_tutor(db, tutor_id):
        raise AccountGone
    try:
        item_id = repository.add_item(db, tutor_id, item.start_time, item.end_time)
    except IntegrityError as error:
        if violated_constraint(error) == "schedule_items_overlap":
            raise Overlapping from None
        raise
    return {"id": item_id, "start_time": wire_time(item.start_time), "end_time": wire_time(item.end_time)}


def delete_item(db: PooledConnection, tutor_id: int, item_id: int) -> None:
    """Raises NoSuchItem."""
    if item_id > MAX_ID or not repository.delete_items(db, tutor_id, item_id):
        raise NoSuchItem


def delete_all_items(db: PooledConnection, tutor_id: int) -> None:
    """Raises NoItems."""
    if not repository.delete_items(db, tutor_id):
        raise NoItems
