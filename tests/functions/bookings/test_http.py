"""Invalid bodies, at every endpoint of bookings."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.test_every_body import BAD_VALUES, BROKEN_BODIES, BROKEN_FORMS, JSON, assert_refused
from tests.layers.test_every_endpoint import Endpoint, each
from tests.support.booking_client import RESERVATIONS, SERIES, WAITLIST, at, booked, call, free_tutor
from tests.support.people import People
from tests.support.tables import rows

START = at(15).isoformat()
NEW = {"tutor": 1, "start_time": START, "length": 60, "kind": "individual", "form": "online", "note": "x"}
WITH_BODY = [
    Endpoint(call, "POST", RESERVATIONS, NEW),
    Endpoint(call, "POST", RESERVATIONS, {"schedule_item": 1, "weeks": 2, "skip_conflicts": True}),
    Endpoint(call, "POST", RESERVATIONS, {"session": 1}),
    Endpoint(call, "POST", f"{RESERVATIONS}1/cancel/", {"reason": "x"}),
    Endpoint(call, "POST", "/api/reservation/session/1/cancel/", {"reason": "x"}),
    Endpoint(call, "POST", f"{RESERVATIONS}1/reschedule/", {"start_time": START, "length": 60, "reason": "x"}),
    Endpoint(call, "POST", f"{RESERVATIONS}tutor/me/decline/1/", {"reason": "x"}),
    Endpoint(call, "POST", WAITLIST, {"session": 1}),
    Endpoint(call, "POST", WAITLIST, {"tutor": 1, "start_time": START}),
    Endpoint(call, "DELETE", WAITLIST, {"session": 1}),
    Endpoint(
        call, "POST", f"{SERIES}00000000-0000-4000-8000-000000000000/cancel/", {"from_reservation": 1, "reason": "x"}
    ),
    Endpoint(call, "POST", SERIES, {"tutor": 1, "start_time": START, "length": 60, "weeks": 2, "skip_conflicts": True}),
]


@each(WITH_BODY)
def test_malformed_bodies_are_refused_and_change_nothing(people: People, endpoint: Endpoint) -> None:
    tutor = free_tutor(people)
    booked(people.student(), tutor, at(10))
    token, before = people.tutor().access, rows()
    sent = [("application/json", body, None) for body in BROKEN_BODIES] + BROKEN_FORMS
    for content_type, body, status in sent:
        headers = {"content-type": content_type}
        answer = endpoint.call(endpoint.method, endpoint.path, token=token, body=body, headers=headers)
        assert_refused(answer)
        assert status in (None, answer.status), (content_type, body[:50], answer)
    assert rows() == before


@each(WITH_BODY)
def test_invalid_values_are_refused_and_change_nothing(people: People, endpoint: Endpoint) -> None:
    tutor, student = free_tutor(people), people.tutor()
    booked(student, tutor, at(10))
    before = rows()
    for name in endpoint.body:
        for value in BAD_VALUES:
            body = json.dumps(endpoint.body | {name: "@"}).replace('"@"', value).encode()
            headers = {"content-type": "application/json"}
            assert_refused(
                endpoint.call(endpoint.method, endpoint.path, token=student.access, body=body, headers=headers)
            )
    assert rows() == before


@pytest.mark.parametrize("examples", [12, pytest.param(300, marks=pytest.mark.proof)])
@each(WITH_BODY)
def test_no_value_of_any_field_causes_a_server_error(people: People, endpoint: Endpoint, examples: int) -> None:
    tutor, student = free_tutor(people), people.tutor()
    booked(student, tutor, at(10))
    sound = st.fixed_dictionaries({name: st.just(value) | JSON for name, value in endpoint.body.items()})

    @settings(max_examples=examples, database=None)
    @given(sound)
    def play(body: dict[str, Any]) -> None:
        answer = endpoint.call(endpoint.method, endpoint.path, token=student.access, json_body=body)
        assert answer.status < 500, answer

    play()
