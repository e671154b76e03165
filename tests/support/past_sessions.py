"""Sessions that took place, inserted directly into the database."""

from datetime import UTC, datetime, timedelta
from itertools import count

from tests.support.people import Person, insert

hours = count(1)


def session(tutor: Person, student: Person, state: str) -> int:
    """Add a past one-hour session, booked by the student, with this state; returns the booking's id."""
    starts_at = datetime.now(UTC) - timedelta(days=400) + timedelta(hours=next(hours))
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    busy = {"busy_from": times["starts_at"], "busy_until": times["ends_at"]}
    taken = {"taken": state not in ("cancelled", "expired")}
    row = {"tutor_id": tutor.tutor_id, "kind": "individual", "form": "online", **times, **busy, **taken}
    seat = {"session_id": insert("tutoring_sessions", row), "seats": 1, "seat": 1, "student_id": student.id}
    pending = {"awaiting": "tutor", "expires_at": times["ends_at"]} if state == "pending" else {}
    booking_id: int = insert("bookings", {**seat, **times, **pending, "state": state, "price": 50, "currency": "PLN"})
    return booking_id
