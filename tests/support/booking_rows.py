"""Bookings for tests, inserted directly into the database: rows, and the changes that record them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.people import Person, insert, query

FAR = datetime(2035, 1, 10, 13, tzinfo=UTC)
PENDING: dict[str, Any] = {"state": "pending", "awaiting": "tutor", "expires_at": FAR - timedelta(days=5)}


@dataclass(frozen=True)
class BookingRow:
    """A booking of one student with one tutor."""

    id: int
    session_id: int
    student: Person
    tutor: Person

    def change(self, kind: str, actor: str = "student", *, to_state: str = "", **columns: Any) -> int:
        """Add a booking change as the feature records it for its actor; returns its id."""
        actors = {"student": self.student.id, "tutor": self.tutor.id, "system": None}
        states = {"requested": "pending", "offered": "pending", "rescheduled": "confirmed"}
        row = {
            "booking_id": self.id,
            "kind": kind,
            "to_state": to_state or states.get(kind, kind),
            "actor_id": actors[actor],
            "actor_role": actor,
            **columns,
        }
        return int(insert("booking_changes", row))

    def become(self, state: str, **columns: Any) -> None:
        """Update the booking's row."""
        values = {"awaiting": None, "expires_at": None, **columns, "state": state}
        names = ", ".join(f"{name} = %s" for name in values)
        query(f"UPDATE bookings SET {names}, updated_at = clock_timestamp() WHERE id = %s", *values.values(), self.id)

    def move(self, starts_at: datetime, minutes: int = 60) -> datetime:
        """Change the booking's time, with a new sequence; returns the previous time."""
        [(before,)] = query("SELECT starts_at FROM bookings WHERE id = %s", self.id)
        ends_at = starts_at + timedelta(minutes=minutes)
        query(
            "UPDATE tutoring_sessions SET starts_at = %s, busy_from = %s, ends_at = %s, busy_until = %s WHERE id = %s",
            *(starts_at, starts_at, ends_at, ends_at, self.session_id),
        )
        query(
            "UPDATE bookings SET starts_at = %s, ends_at = %s, sequence = sequence + 1, updated_at = clock_timestamp()"
            " WHERE id = %s",
            *(starts_at, ends_at, self.id),
        )
        moved: datetime = before
        return moved

    def cancel(self, actor: str = "student", **columns: Any) -> int:
        """Cancel the booking as the feature does: with a new sequence and a change."""
        [(state, sequence)] = query("SELECT state, sequence FROM bookings WHERE id = %s", self.id)
        self.become("cancelled", sequence=sequence + 1)
        return self.change("cancelled", actor, from_state=state, **columns)


def insert_booking(
    student: Person, tutor: Person, starts_at: datetime = FAR, *, minutes: int = 60, session: Any = None, **booking: Any
) -> BookingRow:
    """Add a booking of an individual online session, confirmed unless columns say otherwise; dispatches nothing."""
    ends_at = starts_at + timedelta(minutes=minutes)
    times = {"starts_at": starts_at, "ends_at": ends_at}
    row = {
        "tutor_id": tutor.tutor_id,
        **times,
        "busy_from": starts_at,
        "busy_until": ends_at,
        "kind": "individual",
        "form": "online",
        "meeting_url": "https://meet.jit.si/abc",
        **(session or {}),
    }
    session_id = insert("tutoring_sessions", row)
    seats = row.get("seats", 1)
    seat = {"session_id": session_id, "seats": seats, "seat": 1, "student_id": student.id, "state": "confirmed"}
    booking_id = insert("bookings", {**seat, **times, "price": 80, "currency": "PLN", **booking})
    return BookingRow(booking_id, session_id, student, tutor)


INSERT_MANY = """
WITH sessions AS (
    INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form, meeting_url)
    SELECT %s, starts_at, starts_at + interval '1 hour', starts_at, starts_at + interval '1 hour', 'individual',
        'online', %s
    FROM generate_series(0, %s - 1) n, LATERAL (SELECT %s + n * interval '2 hours' AS starts_at) time
    RETURNING id, starts_at, ends_at
)
INSERT INTO bookings (session_id, seats, seat, student_id, state, starts_at, ends_at, price, currency)
SELECT id, 1, 1, %s, 'confirmed', starts_at, ends_at, 80, 'PLN' FROM sessions
"""


def insert_bookings(student: Person, tutor: Person, number: int, meeting_url: str = "https://meet.jit.si/abc") -> None:
    """Add many confirmed bookings of an hour, every two hours from FAR on."""
    query(INSERT_MANY, tutor.tutor_id, meeting_url, number, FAR, student.id)
