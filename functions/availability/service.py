"""The verbs of a schedule, and their refusals."""

from datetime import UTC
from typing import Any

from psycopg import IntegrityError

from functions.availability import hours_repository, repository
from functions.availability.rule_items import load_plans, make_rule_items
from functions.availability.schemas import NewItem
from functions.availability.wall_clock import local_stretches
from shared.data.locking import lock_people
from shared.domain.auth import AccountGone, CallingTutor
from shared.domain.timestamps import format_time
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import violated_constraint
from shared.kit.errors import AppError

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


def lock(db: PooledConnection, caller: CallingTutor) -> None:
    """Nobody else changes or books the caller's time before the transaction ends. Raises AccountGone."""
    lock_people(db, caller.id)
    if not repository.lock_tutor(db, caller.tutor_id):
        raise AccountGone


def add_item(db: PooledConnection, tutor_id: int, item: NewItem) -> dict[str, Any]:
    """Add an item to the schedule. The tutor must be locked. Raises EndsBeforeStart or Overlapping."""
    # In UTC: within a zone datetimes compare by wall clock, whatever their offsets.
    if item.start_time.astimezone(UTC) >= item.end_time.astimezone(UTC):
        raise EndsBeforeStart
    try:
        item_id = repository.add_item(db, tutor_id, item.start_time, item.end_time)
    except IntegrityError as error:
        if violated_constraint(error) == "schedule_items_overlap":
            raise Overlapping from None
        raise
    return {"id": item_id, "start_time": format_time(item.start_time), "end_time": format_time(item.end_time)}


def delete_item(db: PooledConnection, tutor_id: int, item_id: int) -> None:
    """Delete an item. The tutor must be locked. Raises NoSuchItem.

    Time that rules offer stays away on that day; below an item entered by hand it comes back. Bookings stay.
    """
    deleted = repository.delete_item(db, tutor_id, item_id) if item_id <= MAX_ID else None
    if deleted is None:
        raise NoSuchItem
    if deleted.is_past:
        return
    if deleted.is_rule:
        for plan in load_plans(db, [tutor_id]):
            hours_repository.take_off(db, tutor_id, local_stretches(deleted.span, plan.rules.zone))
    make_rule_items(db, [tutor_id])


def delete_all_items(db: PooledConnection, tutor_id: int) -> None:
    """Delete all items. The tutor must be locked. Raises NoItems.

    What rules offer stays away on all days that are made; bookings stay.
    """
    if not repository.delete_items(db, tutor_id):
        raise NoItems
    for plan in load_plans(db, [tutor_id]):
        zone = plan.rules.zone
        coming = (span for span in plan.offered() if span.ends_at > plan.now)
        hours_repository.take_off(db, tutor_id, [each for span in coming for each in local_stretches(span, zone)])
