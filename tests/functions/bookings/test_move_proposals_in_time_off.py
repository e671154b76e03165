"""Time off that covers a proposed time."""

from datetime import date
from typing import Any

from functions.availability.handler import handler as availability_handler
from tests.support.booking_client import (
    DAY,
    REASON,
    at,
    booked,
    free_tutor,
    inconsistencies,
    state,
)
from tests.support.lambda_client import LambdaClient
from tests.support.move_proposals import held, kinds, proposed, starts
from tests.support.people import People

availability = LambdaClient(availability_handler)


def test_time_off_over_a_proposed_time_withdraws_the_proposal(people: People) -> None:
    tutor, student = free_tutor(people, days=3), people.student()
    booking = booked(student, tutor, at(10))["id"]
    day: date = at(12, 2).date()
    body: dict[str, Any] = {"kind": "off", "first_day": day.isoformat(), "last_day": day.isoformat()}
    proposed(tutor, booking, at(12, 2))
    answer = availability("POST", "/api/availability/overrides/me/", token=tutor.access, json_body=body)
    assert answer.status == 201, answer
    assert (starts(booking), held(), kinds(booking)[-1]) == ([at(10)], [], "move_withdrawn")
    proposed(tutor, booking, at(15, 1))
    body |= {"first_day": DAY.date().isoformat(), "last_day": DAY.date().isoformat()}
    body |= {"cancel_bookings": True, **REASON}
    assert availability("POST", "/api/availability/overrides/me/", token=tutor.access, json_body=body).status == 201
    assert (held(), state(booking)[0]) == ([], "cancelled")
    assert inconsistencies() == []
