"""The first and the last representable dates, in zones on both sides of UTC: refused, never a server error."""

from typing import Any

import pytest

from tests.support.booking_client import REASON, SERIES, WAITLIST, at, booked, call, free_tutor, post
from tests.support.people import People

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:00Z"
EDGES = [
    FIRST,
    "0001-01-01T00:00:00+14:00",
    "0001-01-02T00:00:00Z",
    "9990-12-31T23:59:00Z",
    LAST,
    "9999-12-31T23:59:00-12:00",
]


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("edge", EDGES)
def test_nothing_can_be_booked_on_or_moved_to_such_a_date(people: People, zone: str, edge: str) -> None:
    terms: dict[str, Any] = {"time_zone": zone, "buffer_before": 60, "buffer_after": 60}
    tutor, student = free_tutor(people, days=8, **terms), people.student()
    booking = booked(student, tutor, at(10))["id"]
    wanted = {"tutor": tutor.tutor_id, "start_time": edge, "length": 60}
    series = call(
        "POST", SERIES, token=student.access, json_body=wanted | {"start_time": at(14).isoformat(), "weeks": 2}
    )
    moved = {"start_time": edge, **REASON}
    answers = [
        post(student, "", wanted),
        post(student, "", {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "end_time": edge}),
        call("POST", SERIES, token=student.access, json_body=wanted | {"weeks": 26}),
        call("POST", WAITLIST, token=student.access, json_body={"tutor": tutor.tutor_id, "start_time": edge}),
        *(post(person, f"{booking}/reschedule/", moved) for person in (student, tutor)),
        *(
            call("POST", f"{SERIES}{series.json['id']}/reschedule/", token=person.access, json_body=moved)
            for person in (student, tutor)
        ),
        post(student, f"{booking}/proposal/accept/", {"proposal": 2**63 - 1}),
    ]
    assert {answer.status for answer in answers} <= {400, 404, 409}, answers
