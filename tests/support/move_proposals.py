"""Tutors' proposals to move sessions, for tests."""

from datetime import datetime
from typing import Any

from tests.support.booking_client import REASON, history, new_time, post
from tests.support.lambda_client import Answer
from tests.support.people import Person, query


def propose(tutor: Person, booking: int, start: datetime, **more: Any) -> Answer:
    return post(tutor, f"{booking}/reschedule/", new_time(start, **REASON, **more))


def proposed(tutor: Person, booking: int, start: datetime, **more: Any) -> dict[str, Any]:
    """Propose a move; returns the reservation with the proposal."""
    answer = propose(tutor, booking, start, **more)
    assert answer.status == 200, answer
    assert answer.json["proposal"] is not None
    reservation: dict[str, Any] = answer.json
    return reservation


def open_proposal(booking: int) -> int:
    """The id of a booking's open proposal, or one that does not exist."""
    found = query(
        "SELECT held.id FROM tutoring_sessions held JOIN bookings b ON b.session_id = held.moves_session_id"
        " WHERE b.id = %s",
        booking,
    )
    return int(found[0][0]) if found else 2**40


def answer_to(person: Person, booking: int, verb: str, **body: Any) -> Answer:
    """Answer the open proposal; accepting sends its id."""
    if verb == "accept":
        body = {"proposal": open_proposal(booking), **body}
    return post(person, f"{booking}/proposal/{verb}/", body)


def starts(*bookings: int) -> list[datetime]:
    return [row[0] for row in query("SELECT starts_at FROM bookings WHERE id = ANY(%s) ORDER BY id", list(bookings))]


def held() -> list[datetime]:
    """The start times held for proposals."""
    found = query("SELECT starts_at FROM tutoring_sessions WHERE moves_session_id IS NOT NULL ORDER BY starts_at")
    return [row[0] for row in found]


def kinds(booking: int) -> list[str]:
    return [kind for kind, *_ in history(booking)]


def run_out() -> None:
    query("UPDATE tutoring_sessions SET held_until = now() WHERE moves_session_id IS NOT NULL")
