"""Tutors with weekly hours, and their schedules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.availability.domain.wall_clock import instant
from functions.availability.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person, insert, query

call = LambdaClient(handler)
HOURS, OVERRIDES = "/api/availability/hours/me/", "/api/availability/hours/me/overrides/"
TERMS, SCHEDULE = "/api/availability/terms/", "/api/user/tutor/schedule/me/"
WARSAW = ZoneInfo("Europe/Warsaw")
DAY = timedelta(days=1)


def on(weekday: int, start: str = "09:00", end: str = "17:00") -> dict[str, Any]:
    return {"weekday": weekday, "start": start, "end": end}


def every_day(start: str = "09:00", end: str = "17:00") -> list[dict[str, Any]]:
    return [on(weekday, start, end) for weekday in range(1, 8)]


def put(tutor: Person, *hours: dict[str, Any], **more: Any) -> Answer:
    answer = call("PUT", HOURS, token=tutor.access, json_body={"hours": list(hours), **more})
    assert answer.status == 200, answer
    return answer


def override(tutor: Person, kind: str, first_day: date, **more: Any) -> int:
    body = {"kind": kind, "first_day": first_day.isoformat(), **more}
    answer = call("POST", OVERRIDES, token=tutor.access, json_body=body)
    assert answer.status == 201, answer
    return int(answer.json["id"])


def change(tutor: Person, **terms: Any) -> Answer:
    answer = call("PATCH", f"{TERMS}me/", token=tutor.access, json_body=terms)
    assert answer.status == 200, answer
    return answer


def items(tutor: Person) -> list[tuple[str, str]]:
    """The upcoming schedule in order of creation, as the frontend gets it."""
    answer = call("GET", SCHEDULE, token=tutor.access)
    assert answer.status == 200, answer
    return [(item["start_time"], item["end_time"]) for item in answer.json]


def rows(tutor: Person) -> dict[int, tuple[datetime, datetime, str]]:
    found = query(
        "SELECT id, starts_at, ends_at, source FROM schedule_items WHERE tutor_id = %s ORDER BY id", tutor.tutor_id
    )
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def add(tutor: Person, start: datetime, end: datetime) -> Answer:
    times = {"start_time": start.isoformat(), "end_time": end.isoformat()}
    return call("POST", SCHEDULE, token=tutor.access, json_body=times)


def today() -> date:
    return datetime.now(WARSAW).date()


def at(day: date, hour: float, zone: ZoneInfo = WARSAW) -> datetime:
    return instant(day, int(hour * 60), zone)


def session(tutor: Person, starts_at: datetime, minutes: int = 60, **columns: Any) -> int:
    """Add a booked session."""
    ends_at = starts_at + timedelta(minutes=minutes)
    row = {"tutor_id": tutor.tutor_id, "starts_at": starts_at, "ends_at": ends_at, "kind": "individual"}
    row |= {"busy_from": starts_at, "busy_until": ends_at, "form": "online", **columns}
    return int(insert("tutoring_sessions", row))


def seat(session_id: int, number: int, student: Person, state: str = "confirmed") -> int:
    """Add a booking of a seat."""
    [(starts_at, ends_at, seats)] = query(
        "SELECT starts_at, ends_at, seats FROM tutoring_sessions WHERE id = %s", session_id
    )
    row = {"session_id": session_id, "seats": seats, "seat": number, "student_id": student.id, "state": state}
    row |= {"starts_at": starts_at, "ends_at": ends_at, "price": 60, "currency": "PLN"}
    if state == "pending":
        row |= {"awaiting": "tutor", "expires_at": datetime.now(UTC) + DAY}
    return int(insert("bookings", row))


def slots_path(tutor: Person) -> str:
    return f"/api/availability/tutors/{tutor.tutor_id}/slots/"


def slots(tutor: Person, query_string: str = "") -> list[Any]:
    """All slots of a window, page by page."""
    found: list[Any] = []
    following = f"{slots_path(tutor)}?{query_string}"
    while following:
        answer = call("GET", following)
        assert answer.status == 200, answer
        found += answer.json["results"]
        following = answer.json["next"]
    return found
