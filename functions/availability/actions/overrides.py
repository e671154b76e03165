"""Offer more or less time than the weekly hours on some days, or as they have it again."""

from functions.availability.actions.materialize import materialize
from functions.availability.actions.schedule_lock import lock_schedule
from functions.availability.data.overrides import StoredOverride, count_entered, insert_override, remove_override
from functions.availability.domain.commands import NewOverride
from functions.availability.domain.errors import MAX_OVERRIDES, TooManyOverrides
from shared.domain.auth import CallingTutor
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound


def add_override(tutor: CallingTutor, command: NewOverride) -> StoredOverride:
    """Change some days; the schedule shows it at once. Raises FieldErrors, TooManyOverrides or AccountGone."""
    with transaction() as db:
        lock_schedule(db, tutor)
        override = command.checked()
        if count_entered(db, tutor.tutor_id) >= MAX_OVERRIDES:
            raise TooManyOverrides
        added = insert_override(db, tutor.tutor_id, override, command.note)
        materialize(db, [tutor.tutor_id])
    return added


def delete_override(tutor: CallingTutor, override_id: int) -> None:
    """Delete an override; the schedule shows it at once. Raises NotFound or AccountGone."""
    with transaction() as db:
        lock_schedule(db, tutor)
        if not remove_override(db, tutor.tutor_id, override_id):
            raise NotFound
        materialize(db, [tutor.tutor_id])
