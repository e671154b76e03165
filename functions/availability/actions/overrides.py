"""Add and delete overrides of weekly hours: more or less time on some days."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from functions.availability.actions.materialize import materialize
from functions.availability.actions.schedule_lock import lock_schedule
from functions.availability.data.bookings_in_the_way import ComingBooking, cancel_bookings, list_coming, list_held
from functions.availability.data.overrides import (
    StoredOverride,
    count_entered,
    insert_override,
    is_over,
    remove_override,
)
from functions.availability.domain.commands import NewOverride
from functions.availability.domain.errors import MAX_OVERRIDES, BookingsInTheWay, TooManyOverrides
from functions.availability.domain.recurrence import Override
from shared.data.move_proposals import end_proposals
from shared.domain.auth import CallingTutor
from shared.domain.dispatcher import trigger_dispatch
from shared.domain.timestamps import format_time
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate, run_transaction, transaction
from shared.kit.errors import FieldErrors, NotFound

# The maximum number of bookings that an error lists.
MOST_LISTED = 100
OVER = "Te dni już minęły."


def add_override(tutor: CallingTutor, command: NewOverride) -> StoredOverride:
    """Change some days; the schedule shows it at once. On request, cancel the bookings that overlap time off.

    The tutor's open proposals for that time are withdrawn.
    Raises FieldErrors, TooManyOverrides, BookingsInTheWay or AccountGone.
    """
    added = run_transaction(lambda db: _add(db, tutor, command))
    if command.kind == "off":
        trigger_dispatch()
    return added


def _add(db: PooledConnection, tutor: CallingTutor, command: NewOverride) -> StoredOverride:
    override = command.checked()
    # The students whose bookings are to be cancelled are looked up before locking, and checked again under the locks.
    students = _students(_in_the_way(db, tutor, override)) if command.cancel_bookings else frozenset()
    lock_schedule(db, tutor, students)
    if is_over(db, tutor.tutor_id, override.last_day):
        raise FieldErrors({"last_day" if command.last_day else "first_day": [OVER]})
    if count_entered(db, tutor.tutor_id) >= MAX_OVERRIDES:
        raise TooManyOverrides
    if in_the_way := _in_the_way(db, tutor, override):
        if not command.cancel_bookings:
            raise BookingsInTheWay([_render(each) for each in in_the_way[:MOST_LISTED]], len(in_the_way))
        if not _students(in_the_way) <= students:
            raise ConcurrentUpdate
        cancel_bookings(db, tutor, in_the_way, command.reason)
    _withdraw_proposals(db, tutor, override, command.reason)
    added = insert_override(db, tutor.tutor_id, override, command.note)
    materialize(db, [tutor.tutor_id])
    return added


def _in_the_way(db: PooledConnection, tutor: CallingTutor, override: Override) -> list[ComingBooking]:
    if override.kind != "off":
        return []
    coming = list_coming(db, tutor.tutor_id, override.first_day, override.last_day)
    return [each for each in coming if override.meets(each.span, ZoneInfo(each.time_zone))]


def _withdraw_proposals(db: PooledConnection, tutor: CallingTutor, override: Override, reason: str) -> None:
    if override.kind != "off":
        return
    held = list_held(db, tutor.tutor_id, override.first_day, override.last_day)
    if in_the_way := [each.session_id for each in held if override.meets(each.span, ZoneInfo(each.time_zone))]:
        end_proposals(db, in_the_way, "move_withdrawn", actor_id=tutor.id, role="tutor", reason=reason)


def _students(bookings: list[ComingBooking]) -> frozenset[UUID]:
    return frozenset(each.student_id for each in bookings if each.student_id)


def _render(booking: ComingBooking) -> dict[str, Any]:
    return {
        "id": booking.id,
        "session": booking.session_id,
        "state": booking.state,
        "kind": booking.kind,
        "start_time": format_time(booking.starts_at),
        "end_time": format_time(booking.ends_at),
        "student": {
            "id": str(booking.student_id) if booking.student_id else None,
            "first_name": booking.student_first_name,
            "last_name": booking.student_last_name,
        },
    }


def delete_override(tutor: CallingTutor, override_id: int) -> None:
    """Delete an override; the schedule shows it at once. Raises NotFound or AccountGone."""
    with transaction() as db:
        lock_schedule(db, tutor)
        if not remove_override(db, tutor.tutor_id, override_id):
            raise NotFound
        materialize(db, [tutor.tutor_id])
