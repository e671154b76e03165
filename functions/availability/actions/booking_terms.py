"""Change the terms of booking."""

from functions.availability.actions.materialize import materialize
from functions.availability.actions.schedule_lock import lock_schedule
from functions.availability.data.booking_terms import set_free, update_terms
from functions.availability.domain.terms_commands import BookingTermsChange
from shared.domain.auth import CallingTutor
from shared.kit.db.transactions import transaction

# What decides which items there are.
MATERIALIZED = frozenset({"time_zone", "booking_window"})


def change_booking_terms(tutor: CallingTutor, change: BookingTermsChange) -> None:
    """Set terms; what is absent stays as it is, and so do bookings. Raises AccountGone."""
    changes = change.changes()
    with transaction() as db:
        lock_schedule(db, tutor)
        if (is_free := changes.pop("free", None)) is not None:
            set_free(db, tutor.tutor_id, is_free=is_free)
        # It can be named, and is what it is.
        changes.pop("currency", None)
        if changes:
            update_terms(db, tutor.tutor_id, changes)
        if MATERIALIZED & changes.keys():
            materialize(db, [tutor.tutor_id])
