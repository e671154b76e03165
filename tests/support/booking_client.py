"""Bookings for tests: tutors with time to offer, and requests through the Lambda handler."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.bookings.handler import handler
from functions.bookings.sweep_job import handler as sweep_handler
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
RESERVATIONS = "/api/reservation/reservation/"
WAITLIST = "/api/reservation/waitlist/"
SERIES = "/api/reservation/series/"
# It changes its clocks when Warsaw does: times of day are an hour later there, in winter and in summer.
LONDON = ZoneInfo("Europe/London")
# A Monday far enough ahead for every notice and within every booking window.
DAY = (datetime.now(LONDON) + timedelta(days=14)).replace(hour=0, minute=0, second=0, microsecond=0)
DAY += timedelta(days=-DAY.weekday() % 7)
REASON = {"reason": "Choroba"}


def at(hour: float, day: int = 0) -> datetime:
    """A time of day in London on that Monday, or on a day after it, as UTC. On later days it stays, as in a series."""
    return (DAY + timedelta(days=day, hours=hour)).astimezone(UTC)


def offer(tutor: Person, start: datetime, end: datetime, source: str = "explicit") -> int:
    """Add a schedule item for a tutor; returns its id."""
    columns = {"tutor_id": tutor.tutor_id, "starts_at": start, "ends_at": end, "source": source}
    return int(insert("schedule_items", columns))


def terms(tutor: Person, **columns: Any) -> None:
    places = ", ".join(f"{name} = %s" for name in columns)
    query(f"UPDATE booking_terms SET {places} WHERE tutor_id = %s", *columns.values(), tutor.tutor_id)


def free_tutor(people: People, *, tutor: dict[str, Any] | None = None, days: int = 1, **columns: Any) -> Person:
    """A tutor available on all of that Monday, or of more days; `columns` are booking terms."""
    offers = {"price": 100, "online_sessions": True, "group_sessions": True, "individual_sessions": True}
    person = people.tutor(tutor=offers | (tutor or {}))
    for day in range(days):
        offer(person, at(0, day), at(24, day))
    terms(person, **{"session_lengths": [30, 45, 60, 90, 120], **columns})
    return person


def book(student: Person, tutor: Person, start: datetime, length: int = 60, key: str = "", **more: Any) -> Answer:
    body = {"tutor": tutor.tutor_id, "start_time": start.isoformat(), "length": length, **more}
    return post(student, "", body, key)


def post(person: Person, path: str, body: Any = ANY, key: str = "") -> Answer:
    headers = {"idempotency-key": key} if key else None
    return call("POST", f"{RESERVATIONS}{path}", token=person.access, json_body=body, headers=headers)


def booked(student: Person, tutor: Person, start: datetime, length: int = 60, **more: Any) -> dict[str, Any]:
    """Book; returns the reservation."""
    answer = book(student, tutor, start, length, **more)
    assert answer.status == 201, answer
    reservation: dict[str, Any] = answer.json
    return reservation


def shown(person: Person, booking: int) -> dict[str, Any]:
    """A reservation as its student or tutor sees it."""
    reservation: dict[str, Any] = call("GET", f"{RESERVATIONS}{booking}/", token=person.access).json
    return reservation


def wait(student: Person, session: int) -> Answer:
    """Join the waitlist of a session by its tutor and time, as strangers do."""
    [(tutor, start)] = query("SELECT tutor_id, starts_at FROM tutoring_sessions WHERE id = %s", session)
    body = {"tutor": tutor, "start_time": start.isoformat()}
    return call("POST", WAITLIST, token=student.access, json_body=body)


def entries(person: Person) -> Any:
    """The person's waitlist entries."""
    return call("GET", WAITLIST, token=person.access).json


def offered(person: Person) -> int:
    """The booking offered to the person."""
    [entry] = entries(person)
    assert entry["state"] == "offered", entry
    return int(entry["booking"])


def sweep() -> dict[str, Any]:
    return sweep_handler({}, None)


def state(booking_id: int) -> tuple[str, str | None]:
    [(found, awaiting)] = query("SELECT state, awaiting FROM bookings WHERE id = %s", booking_id)
    return found, awaiting


def new_time(start: datetime, **more: Any) -> dict[str, Any]:
    """The body of a request to move a session."""
    return {"start_time": start.isoformat(), **more}


def history(booking_id: int) -> list[tuple[str, str | None, str, str]]:
    """Kind, states before and after, and actor of each step."""
    statement = "SELECT kind, from_state, to_state, actor_role FROM booking_changes WHERE booking_id = %s ORDER BY id"
    return query(statement, booking_id)


def shift(booking_id: int, by: timedelta) -> None:
    """Change the time of a booking and its session, as if it had been booked for then."""
    query(
        "UPDATE tutoring_sessions SET starts_at = starts_at + %s, ends_at = ends_at + %s, busy_from = busy_from + %s,"
        " busy_until = busy_until + %s WHERE id = (SELECT session_id FROM bookings WHERE id = %s)",
        *(by, by, by, by, booking_id),
    )
    query("UPDATE bookings SET starts_at = starts_at + %s, ends_at = ends_at + %s WHERE id = %s", by, by, booking_id)


def start_in(booking_id: int, **ahead: float) -> None:
    """Make a booking's hour start some time from now, by the database's clock."""
    [(start,)] = query("SELECT now() + %s", timedelta(**ahead))
    [(old,)] = query("SELECT starts_at FROM bookings WHERE id = %s", booking_id)
    shift(booking_id, start - old)


def ended_booking(student: Person, tutor: Person) -> int:
    """A confirmed booking that ended just now."""
    booking = int(booked(student, tutor, at(10))["id"])
    start_in(booking, hours=-1)
    return booking


def assert_error(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.json.get("code")) == (status, code), answer
    assert isinstance(answer.json["detail"], str)


def inconsistencies() -> list[Any]:
    """Rows that must never exist: overlapping sessions of a tutor or bookings of a student, seats booked twice."""
    return query("""
        SELECT 'tutor', a.id, b.id FROM tutoring_sessions a JOIN tutoring_sessions b ON a.tutor_id = b.tutor_id
            AND a.id < b.id AND a.taken AND b.taken
            AND coalesce(a.moves_session_id, a.id) <> coalesce(b.moves_session_id, b.id)
            AND a.busy_from < b.busy_until AND b.busy_from < a.busy_until
        UNION ALL
        SELECT 'student', a.id, b.id FROM bookings a JOIN bookings b ON a.student_id = b.student_id AND a.id < b.id
            AND a.state IN ('pending', 'confirmed') AND b.state IN ('pending', 'confirmed')
            AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        UNION ALL
        SELECT 'seats', session_id, count(*) FROM bookings WHERE state NOT IN ('cancelled', 'expired')
            GROUP BY session_id, seats HAVING count(*) > seats
        UNION ALL
        SELECT 'untaken', s.id, b.id FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
            WHERE b.state IN ('pending', 'confirmed') AND NOT s.taken
        UNION ALL
        SELECT 'lost hold', held.id, s.id FROM tutoring_sessions held
            JOIN tutoring_sessions s ON s.id = held.moves_session_id
            WHERE NOT s.taken OR NOT EXISTS (SELECT FROM bookings b WHERE b.session_id = s.id
                AND b.state IN ('pending', 'confirmed') AND b.awaiting IS DISTINCT FROM 'student')
        UNION ALL
        SELECT 'orphan', s.id, 0 FROM tutoring_sessions s WHERE s.taken AND s.moves_session_id IS NULL AND NOT EXISTS (
            SELECT FROM bookings b WHERE b.session_id = s.id AND b.state NOT IN ('cancelled', 'expired'))
            AND NOT EXISTS (SELECT FROM waitlist_entries w WHERE w.session_id = s.id AND w.state = 'waiting')
        UNION ALL
        SELECT 'trail', b.id, 0 FROM bookings b WHERE b.state IS DISTINCT FROM (
            SELECT to_state FROM booking_changes WHERE booking_id = b.id ORDER BY id DESC LIMIT 1)
        UNION ALL
        SELECT 'broken trail', c.booking_id, c.id FROM (
            SELECT *, lag(to_state) OVER (PARTITION BY booking_id ORDER BY id) AS before FROM booking_changes
        ) c WHERE c.before IS DISTINCT FROM c.from_state
    """)
