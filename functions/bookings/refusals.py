"""What several verbs of the bookings feature refuse, and which refusal a constraint of the database stands for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import IntegrityError

from shared.domain.auth import AccountGone
from shared.kit.db.transactions import violated_constraint
from shared.kit.errors import AppError, CodedError, NotFound


class Conflict(CodedError):
    status = 409
    code = "conflict"
    detail = "Nie można tego teraz zrobić."


class SlotTaken(Conflict):
    """The tutor has another session then, or one whose buffer reaches into it."""

    code = "slot_taken"
    detail = "Ten termin jest już zajęty."


class SlotNotOffered(Conflict):
    """The tutor does not offer this time, or not in this length."""

    code = "slot_not_offered"
    detail = "Korepetytor nie oferuje tego terminu."


class TooShortNotice(Conflict):
    """It starts sooner than the tutor can be booked."""

    code = "too_short_notice"
    detail = "Na rezerwację tego terminu jest już za późno."


class BeyondWindow(Conflict):
    """It is further away than the tutor can be booked."""

    code = "beyond_window"
    detail = "Tak odległych terminów jeszcze nie można rezerwować."


class DayFull(Conflict):
    """The tutor gives no more sessions that day."""

    code = "day_full"
    detail = "Korepetytor nie przyjmuje więcej rezerwacji na ten dzień."


class WeekFull(Conflict):
    """The tutor gives no more sessions that week."""

    code = "week_full"
    detail = "Korepetytor nie przyjmuje więcej rezerwacji na ten tydzień."


class SessionFull(Conflict):
    """Every seat of the group is taken, or somebody waits for the one that is free."""

    code = "session_full"
    detail = "W tej grupie nie ma wolnych miejsc."


class StudentBusy(Conflict):
    """The student learns or teaches then."""

    code = "student_busy"
    detail = "W tym czasie odbywają się już inne zajęcia."


class WrongState(Conflict):
    """The booking is not in a state in which this can be done."""

    code = "wrong_state"
    detail = "W obecnym stanie rezerwacji nie można tego zrobić."


class HoldExpired(Conflict):
    """The time to answer is over."""

    code = "expired"
    detail = "Czas na odpowiedź minął."


class OwnSlot(AppError):
    """Nobody is one's own student."""

    body: Any = {"non_field_errors": ["You cannot make a reservation for yourself"]}


# By the reasons of shared.domain.free_time and the codes of this feature.
SLOT_REFUSALS: dict[str, type[Conflict]] = {
    "taken": SlotTaken,
    "not_offered": SlotNotOffered,
    "too_short_notice": TooShortNotice,
    "beyond_window": BeyondWindow,
    "day_full": DayFull,
    "week_full": WeekFull,
    "student_busy": StudentBusy,
}
REFUSALS_OF_CONSTRAINTS: dict[str | None, type[AppError]] = {
    "tutoring_sessions_overlap": SlotTaken,
    "bookings_student_overlap": StudentBusy,
    "bookings_seat_key": SessionFull,
    "tutoring_sessions_tutor_id_fkey": NotFound,
    "bookings_student_id_fkey": AccountGone,
    "waitlist_student_id_fkey": AccountGone,
    "idempotency_keys_user_id_fkey": AccountGone,
}


@contextmanager
def constraints_named() -> Iterator[None]:
    """The constraints have the last word; here it is turned into the refusal it means."""
    try:
        yield
    except IntegrityError as error:
        if refusal := REFUSALS_OF_CONSTRAINTS.get(violated_constraint(error)):
            raise refusal from None
        raise
