"""Change the terms of booking."""

from functions.availability.actions.materialize import materialize
from functions.availability.actions.schedule_lock import lock_schedule
from functions.availability.data.booking_terms import set_free, update_terms
from functions.availability.domain.terms_commands import BookingTermsChange
from shared.domain.auth import CallingTutor
from shared.kit.db.transactions import transaction

# The terms that determine which schedule items exist.
MATERIALIZED = frozenset({"time_zone", "booking_window"})


def change_booking_terms(tutor: CallingTutor, change: BookingTermsChange) -> None:
    """Change the given terms; the others and all bookings stay as they are. Raises AccountGone."""
    changes = change.changes()
    with transaction() as db:
        lock_schedule(db, tutor)
        if (is_free := changes.pop("free", None)) is not None:
            set_free(db, tutor.tutor_id, is_free=is_free)
        # Clients may send the currency, but only the platform's, so there is nothing to change.
        changes.pop("currency", None)
        if changes:
            update_terms(db, tutor.tutor_id, changes)
        if MATERIALIZED & changes.keys():
            materialize(db, [tutor.tutor_id])
