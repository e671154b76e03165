"""The errors that several actions on bookings raise; those of one action stand beside it."""

from typing import Any, Literal

from shared.domain.free_time import Reason
from shared.kit.errors import AppError


class Conflict(AppError):
    status = 409
    code = "conflict"
    detail = "Nie można tego teraz zrobić."


class TutorIncomplete(Conflict):
    """The tutor has yet to set what makes them bookable."""

    code = "tutor_incomplete"
    detail = "Ten korepetytor nie uzupełnił jeszcze swojej oferty."


class Blocked(AppError):
    """One of the two has blocked the other, or the student's account was just suspended."""

    status = 403
    code = "blocked"
    detail = "Z tą osobą nie możesz się umówić."


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


class InThePast(Conflict):
    """It has begun already."""

    code = "in_the_past"
    detail = "Ten termin już minął."


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
    """Every seat of the group is taken, or somebody on the waitlist comes first."""

    code = "session_full"
    detail = "W tej grupie nie ma wolnych miejsc."


class AlreadyBooked(Conflict):
    """You have a seat already."""

    code = "already_booked"
    detail = "Masz już miejsce na tych zajęciach."


class StudentBusy(Conflict):
    """The student learns or teaches then."""

    code = "student_busy"
    detail = "W tym czasie odbywają się już inne zajęcia."


class TooManyBookings(Conflict):
    """You have as many bookings to come as a student may have, or would have with these."""

    code = "too_many_bookings"
    detail = "Masz już tyle nadchodzących rezerwacji, ile można mieć naraz."


class WrongState(Conflict):
    """The booking is not in a state in which this can be done."""

    code = "wrong_state"
    detail = "W obecnym stanie rezerwacji nie można tego zrobić."


class ProposalChanged(Conflict):
    """The tutor proposes something else by now: read it before you accept it."""

    code = "proposal_changed"
    detail = "Korepetytor proponuje teraz coś innego."


class SessionMoved(Conflict):
    """It is at another time than the one you have read: read it again."""

    code = "session_moved"
    detail = "Te zajęcia mają już inny termin."


class HoldExpired(Conflict):
    """The time to answer is over."""

    code = "expired"
    detail = "Czas na odpowiedź minął."


class OwnSlot(AppError):
    """You cannot book yourself."""

    code = "own_slot"
    detail = "Nie można rezerwować zajęć u siebie."
    # The first key is what clients of the first release look at.
    body: Any = {
        "non_field_errors": ["You cannot make a reservation for yourself"],
        "detail": detail,
        "code": code,
    }


# Why a slot cannot be booked.
SlotConflict = Reason | Literal["student_busy"]
SLOT_ERRORS: dict[SlotConflict, type[Conflict]] = {
    "taken": SlotTaken,
    "not_offered": SlotNotOffered,
    "in_the_past": InThePast,
    "too_short_notice": TooShortNotice,
    "beyond_window": BeyondWindow,
    "day_full": DayFull,
    "week_full": WeekFull,
    "student_busy": StudentBusy,
}
