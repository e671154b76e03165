"""The errors that several actions on bookings raise; those of one action stand beside it."""

from typing import Any, Literal

from shared.domain.free_time import Reason
from shared.kit.errors import AppError


class Conflict(AppError):
    status = 409
    code = "conflict"
    detail = "Nie można tego teraz zrobić."


class TutorIncomplete(Conflict):
    """The tutor has not completed their settings and cannot be booked yet."""

    code = "tutor_incomplete"
    detail = "Ten korepetytor nie uzupełnił jeszcze swojej oferty."


class Blocked(AppError):
    """One of the two has blocked the other, or the student's account was just suspended."""

    status = 403
    code = "blocked"
    detail = "Z tą osobą nie możesz się umówić."


class SlotTaken(Conflict):
    """The tutor has another session then, or its buffer overlaps."""

    code = "slot_taken"
    detail = "Ten termin jest już zajęty."


class SlotNotOffered(Conflict):
    """The tutor does not offer this time, or not this length."""

    code = "slot_not_offered"
    detail = "Korepetytor nie oferuje tego terminu."


class TooShortNotice(Conflict):
    """The session would start sooner than the tutor can be booked."""

    code = "too_short_notice"
    detail = "Na rezerwację tego terminu jest już za późno."


class InThePast(Conflict):
    """The session has already begun."""

    code = "in_the_past"
    detail = "Ten termin już minął."


class BeyondWindow(Conflict):
    """The time is further ahead than the tutor can be booked."""

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
    """All seats in the group are taken, or somebody on the waitlist comes first."""

    code = "session_full"
    detail = "W tej grupie nie ma wolnych miejsc."


class AlreadyBooked(Conflict):
    """You already have a seat."""

    code = "already_booked"
    detail = "Masz już miejsce na tych zajęciach."


class StudentBusy(Conflict):
    """The student has another session at that time, to attend or to teach."""

    code = "student_busy"
    detail = "W tym czasie odbywają się już inne zajęcia."


class TooManyBookings(Conflict):
    """You would have more upcoming bookings than a student may have."""

    code = "too_many_bookings"
    detail = "Masz już tyle nadchodzących rezerwacji, ile można mieć naraz."


class WrongState(Conflict):
    """The booking's state does not allow this."""

    code = "wrong_state"
    detail = "W obecnym stanie rezerwacji nie można tego zrobić."


class ProposalChanged(Conflict):
    """The tutor has made a newer proposal: read it before you accept it."""

    code = "proposal_changed"
    detail = "Korepetytor proponuje teraz coś innego."


class SessionMoved(Conflict):
    """The session has moved since you read it: read it again."""

    code = "session_moved"
    detail = "Te zajęcia mają już inny termin."


class HoldExpired(Conflict):
    """The deadline to answer has passed."""

    code = "expired"
    detail = "Czas na odpowiedź minął."


class OwnSlot(AppError):
    """You cannot book yourself."""

    code = "own_slot"
    detail = "Nie można rezerwować zajęć u siebie."
    # Clients of the first release read the first key.
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
