"""Listed slots can be booked: every slot of some calendars, through the handlers of both features."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.bookings.handler import handler as bookings
from tests.support.availability_client import (
    DAY,
    add,
    at,
    change,
    every_day,
    on,
    override,
    put,
    seat,
    session,
    slots,
    today,
)
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, query

reserve = LambdaClient(bookings)
RESERVATION = "/api/reservation/reservation/"
MINUTE = timedelta(minutes=1)


def book(student: Person, **body: Any) -> Answer:
    return reserve("POST", RESERVATION, token=student.access, json_body=body)


def booking_of(tutor: Person, slot: dict[str, Any]) -> dict[str, Any]:
    if slot.get("session"):
        return {"session": slot["session"]}
    return {
        "tutor": tutor.tutor_id,
        "kind": slot["kind"],
        "start_time": slot["start_time"],
        "end_time": slot["end_time"],
    }


def as_it_was(sessions: int, seats: int) -> None:
    """Delete the newest booking."""
    for table, column, last in (("booking_changes", "booking_id", seats), ("bookings", "id", seats)):
        query(f"DELETE FROM {table} WHERE {column} > %s", last)
    query("DELETE FROM tutoring_sessions WHERE id > %s", sessions)


def newest(table: str) -> int:
    [(number,)] = query(f"SELECT coalesce(max(id), 0) FROM {table}")
    return int(number)


def plain(tutor: Person, _student: Person) -> None:
    put(tutor, *every_day("09:00", "12:00"))
    change(tutor, session_lengths=[60, 90], slot_step=15)


def full_of_rules(tutor: Person, student: Person) -> None:
    day = today() + 2 * DAY
    put(tutor, on(day.isoweekday(), "08:00", "16:00"), on((day + DAY).isoweekday(), "20:00", "24:00"))
    override(tutor, "extra", day + DAY, start="15:00", end="18:30")
    override(tutor, "off", day, start="12:10", end="13:20")
    add(tutor, at(day, 16), at(day, 17))
    session(tutor, at(day, 10), busy_from=at(day, 10) - 10 * MINUTE, busy_until=at(day, 11) + 5 * MINUTE)
    change(tutor, slot_step=20, session_lengths=[45], buffer_before=10, buffer_after=5, max_per_day=2)


def a_year_ahead(tutor: Person, _student: Person) -> None:
    """Offer time in the night when the clocks change next."""
    [day, *_] = [each for each in (today() + DAY * n for n in range(2, 364)) if at(each, 24) - at(each, 0) != DAY]
    change(tutor, booking_window=365, time_zone="Europe/Warsaw")
    override(tutor, "extra", day, start="00:30", end="05:00")


def groups_only(tutor: Person, student: Person) -> None:
    query("UPDATE tutors SET group_sessions = true, individual_sessions = false")
    put(tutor, *every_day("09:00", "12:00"))
    open_group = session(tutor, at(today() + 2 * DAY, 10), kind="group", seats=3)
    seat(open_group, 1, student)


@pytest.mark.parametrize("make", [plain, full_of_rules, a_year_ahead, groups_only])
def test_every_listed_slot_can_be_booked_and_is_then_not_listed(people: People, make: Any) -> None:
    tutor, other, student = people.tutor(tutor={"price": 80}), people.student(), people.student()
    make(tutor, other)
    [(begin,)] = query("SELECT min(starts_at)::date FROM schedule_items WHERE starts_at > now() + interval '1 day'")
    first = max(today() + 2 * DAY, begin - DAY)
    around = f"from={first}&to={first + 3 * DAY}&tz=UTC"
    lengths = [length for [found] in query("SELECT session_lengths FROM booking_terms") for length in found]
    before = newest("tutoring_sessions"), newest("bookings")
    for length in lengths:
        listed = slots(tutor, f"{around}&length={length}")
        assert len(listed) >= 5
        for slot in listed:
            answer = book(student, **booking_of(tutor, slot))
            assert answer.status == 201, (slot, answer)
            again = slots(tutor, f"{around}&length={length}")
            if slot.get("session"):
                assert [each["free_seats"] for each in again if each.get("session") == slot["session"]] == [
                    slot["free_seats"] - 1
                ]
            else:
                assert slot not in again
            as_it_was(*before)
        assert slots(tutor, f"{around}&length={length}") == listed


def test_times_that_are_refused_are_not_listed(people: People) -> None:
    tutor, student = people.tutor(tutor={"price": 80}), people.student()
    full_of_rules(tutor, student)
    day = today() + 2 * DAY
    listed = {slot["start_time"] for slot in slots(tutor, f"from={day}&to={day + DAY}&tz=UTC")}
    before = newest("tutoring_sessions"), newest("bookings")
    start = at(day, 7)
    refused = 0
    while start < at(day, 18):
        answer = book(student, tutor=tutor.tutor_id, start_time=start.isoformat(), length=45)
        refused += answer.status == 409
        # The grid starts again with each item. More times can be booked than are listed, never fewer.
        assert answer.status == 201 or (answer.status == 409 and start.isoformat() not in listed), (start, answer)
        as_it_was(*before)
        start += 5 * MINUTE
    assert refused > 20
    assert all(at(day, 7) <= datetime.fromisoformat(each) < at(day, 18) for each in listed)
