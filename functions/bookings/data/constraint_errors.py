"""The error that the violation of each constraint means."""

from functions.bookings.domain.errors import SessionFull, SlotTaken, StudentBusy
from shared.domain.auth import AccountGone
from shared.kit.errors import AppError, NotFound

CONSTRAINT_ERRORS: dict[str, type[AppError]] = {
    "tutoring_sessions_overlap": SlotTaken,
    "bookings_student_overlap": StudentBusy,
    "bookings_seat_key": SessionFull,
    "tutoring_sessions_tutor_id_fkey": NotFound,
    "bookings_student_id_fkey": AccountGone,
    "booking_changes_actor_id_fkey": AccountGone,
    "waitlist_entries_student_id_fkey": AccountGone,
    "idempotency_keys_user_id_fkey": AccountGone,
}
