"""Add items to a schedule and delete them."""

from datetime import UTC

from functions.availability.actions.materialize import load_plans, materialize
from functions.availability.actions.schedule_lock import lock_schedule
from functions.availability.data.overrides import block_intervals, block_stretch
from functions.availability.data.schedule_items import insert_item, remove_item, remove_items
from functions.availability.domain.commands import NewItem
from functions.availability.domain.errors import EndsBeforeStart, ItemNotFound, NoItems
from functions.availability.domain.wall_clock import local_intervals
from shared.domain.auth import CallingTutor
from shared.kit.db.integers import MAX_INT64
from shared.kit.db.transactions import transaction

# The note on the time off created when a schedule is deleted.
DELETED = "Usunięty harmonogram"


def add_schedule_item(tutor: CallingTutor, item: NewItem) -> int:
    """Add an item to the schedule; returns its id. Raises EndsBeforeStart, ItemsOverlap or AccountGone."""
    with transaction() as db:
        lock_schedule(db, tutor)
        # In UTC: within one zone datetimes compare by wall clock, ignoring their offsets.
        if item.start_time.astimezone(UTC) >= item.end_time.astimezone(UTC):
            raise EndsBeforeStart
        return insert_item(db, tutor.tutor_id, item.start_time, item.end_time)


def delete_schedule_item(tutor: CallingTutor, item_id: int) -> None:
    """Delete an item. Raises ItemNotFound or AccountGone.

    Deleting an item of the rules blocks its time on that day; deleting one entered by hand uncovers what the rules
    offer there. Bookings stay.
    """
    with transaction() as db:
        lock_schedule(db, tutor)
        deleted = remove_item(db, tutor.tutor_id, item_id) if item_id <= MAX_INT64 else None
        if deleted is None:
            raise ItemNotFound
        if deleted.is_past:
            return
        if deleted.is_rule:
            for plan in load_plans(db, [tutor.tutor_id]):
                block_intervals(db, tutor.tutor_id, local_intervals(deleted.span, plan.rules.zone))
        materialize(db, [tutor.tutor_id])


def delete_schedule(tutor: CallingTutor) -> None:
    """Delete all items. Raises NoItems or AccountGone.

    An override blocks the rules on all materialized days, between the earliest and the latest hour they offered there,
    until the tutor deletes it; bookings stay.
    """
    with transaction() as db:
        lock_schedule(db, tutor)
        if not remove_items(db, tutor.tutor_id):
            raise NoItems
        for plan in load_plans(db, [tutor.tutor_id]):
            zone = plan.rules.zone
            coming = (span for span in plan.offered() if span.ends_at > plan.now)
            intervals = [each for span in coming for each in local_intervals(span, zone)]
            block_stretch(db, tutor.tutor_id, intervals, DELETED)
