"""Booking weekly series."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.support.booking_client import (
    SERIES,
    assert_error,
    at,
    book,
    booked,
    call,
    free_tutor,
    inconsistencies,
    offer,
    terms,
)
from tests.support.people import People, query

WARSAW = ZoneInfo("Europe/Warsaw")
OWN = {
    "non_field_errors": ["You cannot make a reservation for yourself"],
    "detail": "Nie można rezerwować zajęć u siebie.",
    "code": "own_slot",
}


def test_a_weekly_series_keeps_its_time_of_day_when_clocks_change(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    terms(tutor, time_zone="America/New_York", minimum_notice=0)
    zone = ZoneInfo("America/New_York")
    starts = [datetime(2035, 10, 24, 16, tzinfo=zone) + timedelta(weeks=week) for week in range(4)]
    for start in starts:
        offer(tutor, start.astimezone(UTC), start.astimezone(UTC) + timedelta(hours=1))
    answer = book(student, tutor, starts[0].astimezone(UTC), weeks=4)
    assert answer.status == 201
    times = [datetime.fromisoformat(each["start_time"]).astimezone(zone) for each in answer.json["reservations"]]
    assert times == starts
    assert {start.hour for start in times} == {16}
    assert {each["series"] for each in answer.json["reservations"]} == {answer.json["series"]}
    assert len({start.utcoffset() for start in times}) == 2


def test_a_series_is_all_or_nothing_unless_conflicts_may_be_skipped(people: People) -> None:
    tutor, student = free_tutor(people, days=15), people.student()
    booked(people.student(), tutor, at(10, 7))
    answer = book(student, tutor, at(10), weeks=4)
    assert_error(answer, 409, "series_conflict")
    conflicts = [
        {"start_time": at(10, 7).astimezone(WARSAW).isoformat(), "code": "slot_taken"},
        {"start_time": at(10, 21).astimezone(WARSAW).isoformat(), "code": "slot_not_offered"},
    ]
    assert answer.json["conflicts"] == conflicts
    assert query("SELECT count(*) FROM bookings WHERE student_id = %s", student.id) == [(0,)]
    answer = book(student, tutor, at(10), weeks=4, skip_conflicts=True)
    assert (answer.status, answer.json["skipped"]) == (201, conflicts)
    assert [each["start_time"] for each in answer.json["reservations"]] == [
        at(10, day).astimezone(WARSAW).isoformat() for day in (0, 14)
    ]
    assert_error(book(student, tutor, at(10), weeks=4, skip_conflicts=True), 409, "series_conflict")
    assert inconsistencies() == []


def test_a_series_has_its_own_endpoints(people: People) -> None:
    tutor, student = free_tutor(people, days=8), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 3}
    assert_error(call("POST", SERIES, token=student.access, json_body=body), 409, "series_conflict")
    answer = call("POST", SERIES, token=student.access, json_body=body | {"skip_conflicts": True})
    assert (answer.status, len(answer.json["reservations"])) == (201, 2)
    skipped = {"start_time": at(10, 14).astimezone(WARSAW).isoformat(), "code": "slot_not_offered"}
    assert answer.json["skipped"] == [skipped]
    listed = [each | {"proposal": None} for each in answer.json["reservations"]]
    series = {"id": answer.json["id"], "reservations": listed}
    for person in (student, tutor):
        found = call("GET", f"{SERIES}{answer.json['id']}/", token=person.access)
        assert (found.status, found.json) == (200, series)
    for person, series_id in ((people.tutor(), answer.json["id"]), (student, UUID(int=1))):
        assert call("GET", f"{SERIES}{series_id}/", token=person.access).status == 404
    assert inconsistencies() == []


@pytest.mark.parametrize(("change", "field"), [({"weeks": 1}, "weeks"), ({"weeks": 27}, "weeks"), ({}, "weeks")])
def test_a_series_has_2_to_26_weeks(people: People, change: Any, field: str) -> None:
    tutor = free_tutor(people)
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, **change}
    answer = call("POST", SERIES, token=people.student().access, json_body=body)
    assert (answer.status, list(answer.json)) == (400, [field])


def test_weeks_beyond_the_booking_window_have_their_own_error(people: People) -> None:
    tutor, student = free_tutor(people, days=8, booking_window=30), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 6}
    codes = ["slot_not_offered" if at(0, day) < soon() else "beyond_window" for day in (14, 21, 28, 35)]
    answer = call("POST", SERIES, token=student.access, json_body=body)
    assert [each["code"] for each in answer.json["conflicts"]] == codes
    assert codes[-1] == "beyond_window"
    answer = call("POST", SERIES, token=student.access, json_body=body | {"skip_conflicts": True})
    assert (answer.status, [each["code"] for each in answer.json["skipped"]]) == (201, codes)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)


@pytest.mark.parametrize("sent", ["T10:00", "T10:00:01Z", "T10:00:00.000001Z", "T10:00+01:00:30", ""])
def test_a_series_begins_at_a_whole_minute_of_a_known_zone(people: People, sent: str) -> None:
    tutor = free_tutor(people)
    body = {"tutor": tutor.tutor_id, "start_time": f"{at(10):%Y-%m-%d}{sent}", "length": 60, "weeks": 2}
    answer = call("POST", SERIES, token=people.student().access, json_body=body)
    assert (answer.status, list(answer.json)) == (400, ["start_time"])


def test_a_series_sent_twice_with_a_key_is_booked_once(people: People) -> None:
    tutor, student = free_tutor(people, days=8), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 2}
    first, second = (
        call("POST", SERIES, token=student.access, json_body=body, headers={"idempotency-key": "a"}) for _ in range(2)
    )
    assert (first.status, first.body) == (second.status, second.body) == (201, second.body)
    assert query("SELECT count(*) FROM bookings") == [(2,)]
