"""Which of a booking's two people gets a notification or an email about each event."""

from collections.abc import Iterator

from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.booking_events import BookingEventType, Person, find_person

STUDENT: tuple[Role, ...] = ("student",)
TUTOR: tuple[Role, ...] = ("tutor",)
BOTH: tuple[Role, ...] = ("student", "tutor")

# Whoever made the change needs no notification of it, and gets none.
NOTIFICATION_RECIPIENTS: dict[BookingEventType, tuple[Role, ...]] = {
    "requested": TUTOR,
    "booked": BOTH,
    "confirmed": BOTH,
    "declined": STUDENT,
    "withdrawn": TUTOR,
    "cancelled": BOTH,
    "expired": BOTH,
    "offered": STUDENT,
    "offer_expired": STUDENT,
    "rescheduled": BOTH,
    "move_proposed": STUDENT,
    "move_agreed": TUTOR,
    "move_accepted": BOTH,
    "move_declined": TUTOR,
    "move_withdrawn": STUDENT,
    "move_expired": BOTH,
    "completed": STUDENT,
    "no_show": STUDENT,
}
# The actor still gets an email, because it contains the calendar entry.
EMAIL_RECIPIENTS: dict[BookingEventType, tuple[Role, ...]] = {
    "requested": TUTOR,
    "booked": BOTH,
    "confirmed": BOTH,
    "declined": STUDENT,
    "withdrawn": TUTOR,
    "cancelled": BOTH,
    "expired": STUDENT,
    "offered": STUDENT,
    "offer_expired": STUDENT,
    "rescheduled": BOTH,
    "move_proposed": STUDENT,
    "move_accepted": BOTH,
    "move_declined": TUTOR,
    "move_withdrawn": STUDENT,
    "move_expired": TUTOR,
}


def people(booking: Booking, roles: tuple[Role, ...]) -> Iterator[tuple[Role, Person]]:
    """The booking's users in these roles who still have an account."""
    for role in roles:
        if person := find_person(booking, role):
            yield role, person


def is_told_of_group(role: Role, change: BookingChange) -> bool:
    """Whether the change affected a whole group at once, of which the tutor is told once."""
    return role == "tutor" and change.first_of_group_id is not None
