"""Errors of changing a tutor's time."""

from collections.abc import Sequence
from typing import Any

from shared.kit.errors import AppError, RecordedError

MAX_OVERRIDES = 500


class EndsBeforeStart(RecordedError):
    """The item does not end after it starts."""

    body: Any = {"Error": "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia."}


class ItemsOverlap(RecordedError):
    """You have another item at that time."""

    body: Any = {"Error": "Your schedule is overlapping with another schedule."}


class NoItems(RecordedError):
    """There was nothing to delete."""

    status = 404
    body: Any = {"Info": "No schedule items found."}


class ItemNotFound(RecordedError):
    """You have no such item."""

    status = 404
    body: Any = {"Error": "Schedule item not found."}


class TooManyOverrides(AppError):
    """You have the maximum number of upcoming overrides."""

    status = 409
    code = "too_many_overrides"
    detail = f"Możesz mieć co najwyżej {MAX_OVERRIDES} nadchodzących wyjątków. Usuń któryś z nich."


TEXT = {"type": "string"}
TIME = {"type": "string", "format": "date-time"}
# A student whose account is gone has no id.
STUDENT = {"id": {"type": ["string", "null"], "format": "uuid"}, "first_name": TEXT, "last_name": TEXT}
BOOKING_FIELDS = {
    "id": {"type": "integer"},
    "session": {"type": "integer"},
    "state": {"type": "string", "enum": ["pending", "confirmed"]},
    "kind": {"type": "string", "enum": ["individual", "group"]},
    "start_time": TIME,
    "end_time": TIME,
    "student": {"type": "object", "properties": STUDENT, "required": list(STUDENT)},
}
BOOKING = {"type": "object", "properties": BOOKING_FIELDS, "required": list(BOOKING_FIELDS)}


class BookingsInTheWay(AppError):
    """You have bookings in that time: the earliest are listed, and `count` is their total number.

    With `cancel_bookings` they are cancelled.
    """

    status = 409
    code = "bookings_in_the_way"
    detail = "W tym czasie masz już zajęcia."
    body: Any = {
        "detail": detail,
        "code": code,
        "count": 1,
        "bookings": [
            {
                "id": 12,
                "session": 10,
                "state": "confirmed",
                "kind": "individual",
                "start_time": "2027-07-05T16:00:00+02:00",
                "end_time": "2027-07-05T17:00:00+02:00",
                "student": {"id": "b1b5f2a0-3f3c-4a57-9d3e-0d9f6a7c1e55", "first_name": "Jan", "last_name": "Nowak"},
            }
        ],
    }
    facts = {"count": {"type": "integer"}, "bookings": {"type": "array", "items": BOOKING}}

    def __init__(self, bookings: Sequence[dict[str, Any]], count: int) -> None:
        super().__init__(count)
        self.body = {"detail": self.detail, "code": self.code, "count": count, "bookings": list(bookings)}
