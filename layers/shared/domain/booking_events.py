"""The events of a booking as its two people see them, and who these people are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.platform_settings import local_zone
from shared.texts import DEFAULT_LANGUAGE, Language

BookingEventType = Literal[
    "requested",
    "booked",
    "confirmed",
    "declined",
    "withdrawn",
    "cancelled",
    "expired",
    "offered",
    "offer_declined",
    "offer_expired",
    "rescheduled",
    "move_proposed",
    "move_agreed",
    "move_accepted",
    "move_declined",
    "move_withdrawn",
    "move_expired",
    "completed",
    "no_show",
]


class UnknownChange(Exception):
    """No event type exists for this kind of change."""


def event_type(change: BookingChange) -> BookingEventType:
    """The event as people see it. Raises UnknownChange."""
    match change.kind:
        case "confirmed":
            return "confirmed" if change.actor_role == "tutor" else "booked"
        case "cancelled" if change.from_state == "pending":
            return _failed_request(change)
        case "expired":
            return "offer_expired" if change.was_offer else "expired"
        case "rescheduled":
            return "move_accepted" if change.proposed_starts_at else "rescheduled"
        case "requested" | "cancelled" | "offered" | "completed" | "no_show" as same:
            return same
        case "move_proposed" | "move_agreed" | "move_declined" | "move_withdrawn" | "move_expired" as same_of_move:
            return same_of_move
    raise UnknownChange(change.kind)


def _failed_request(change: BookingChange) -> BookingEventType:
    """A request or offer that came to nothing; if it had been confirmed before, people know it as a booking."""
    if change.was_offer:
        return "offer_declined" if change.actor_role == "student" else "cancelled"
    if change.actor_role == "tutor":
        return "declined"
    return "cancelled" if change.was_confirmed else "withdrawn"


def joint_event_type(changes: Iterable[BookingChange]) -> BookingEventType:
    """The event of changes made together: if any of them is a cancellation, requests that ended with it are too."""
    events = [event_type(change) for change in changes]
    return "cancelled" if "cancelled" in events else events[0]


@dataclass(frozen=True)
class Person:
    """One of the two people of a booking, with the time zone and language they read in."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    zone: ZoneInfo
    language: Language = DEFAULT_LANGUAGE


def find_person(booking: Booking, role: Role) -> Person | None:
    """The student or the tutor of a booking; None if the account was deleted."""
    return _student(booking) if role == "student" else _tutor(booking)


def _student(booking: Booking) -> Person | None:
    """Students read times in their own zone, or else in the platform's."""
    if booking.student_id is None:
        return None
    names = booking.student_first_name, booking.student_last_name
    zone = booking.student_time_zone or local_zone().key
    return Person(booking.student_id, booking.student_email, *names, ZoneInfo(zone), booking.student_language)


def _tutor(booking: Booking) -> Person | None:
    """Tutors read times in their own zone, or else that of their terms, or else the platform's."""
    if booking.tutor_user_id is None:
        return None
    names = booking.tutor_first_name, booking.tutor_last_name
    zone = booking.tutor_time_zone or booking.time_zone or local_zone().key
    return Person(booking.tutor_user_id, booking.tutor_email, *names, ZoneInfo(zone), booking.tutor_language)
