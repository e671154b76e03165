"""Who may call the endpoints of availability, and how invalid bodies are refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.test_every_body import BAD_VALUES, BROKEN_BODIES, BROKEN_FORMS, JSON, assert_refused
from tests.layers.test_every_endpoint import Endpoint, each
from tests.support.availability_client import DAY, HOURS, OVERRIDES, TERMS, call, every_day, put, today
from tests.support.lambda_client import ANY
from tests.support.people import People
from tests.support.tables import rows

WEEK = {"time_zone": "Europe/Warsaw", "hours": every_day()}
SOON = today() + 30 * DAY
OVERRIDE = {"kind": "off", "first_day": f"{SOON}", "last_day": f"{SOON + DAY}", "start": "09:00", "end": "17:00"}
CHANGE = {
    "time_zone": "Europe/London",
    "session_lengths": [45],
    "slot_step": 15,
    "buffer_before": 5,
    "buffer_after": 5,
    "minimum_notice": 0,
    "booking_window": 30,
    "max_per_day": 3,
    "max_per_week": 9,
    "confirmation": "manual",
    "cancellation_notice": 24,
    "meeting_url": "https://meet.example.com/ola",
    "group_seats": 4,
    "group_price": 30,
    "currency": "PLN",
}
WITH_BODY = [
    Endpoint(call, "PUT", HOURS, WEEK),
    Endpoint(call, "POST", OVERRIDES, OVERRIDE),
    Endpoint(call, "PATCH", f"{TERMS}me/", CHANGE),
]
PROTECTED = [
    *WITH_BODY,
    Endpoint(call, "GET", HOURS),
    Endpoint(call, "GET", OVERRIDES),
    Endpoint(call, "DELETE", f"{OVERRIDES}1/"),
    Endpoint(call, "GET", f"{TERMS}me/"),
]
PUBLIC = [Endpoint(call, "GET", f"{TERMS}1/"), Endpoint(call, "GET", "/api/availability/tutors/1/slots/")]
# Null removes these.
MAY_BE_NULL = {"last_day", "max_per_day", "max_per_week", "meeting_url", "group_price"}


@each(PROTECTED)
def test_tutors_may_call_it_with_and_without_the_slash(people: People, endpoint: Endpoint) -> None:
    for path in (endpoint.path, endpoint.path.removesuffix("/")):
        answer = call(endpoint.method, path, token=people.tutor().access, json_body=endpoint.body or ANY)
        assert answer.status == {"POST": 201, "DELETE": 404}.get(endpoint.method, 200), answer


@each(PUBLIC)
def test_everybody_may_read_public_data(people: People, endpoint: Endpoint) -> None:
    put(people.tutor(), *every_day("09:00", "12:00"))
    tokens = ("", "nonsense", people.student().access, people.tutor().access)
    answers = [call("GET", path, token=token) for path in (endpoint.path, endpoint.path[:-1]) for token in tokens]
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    assert call("HEAD", endpoint.path).status == 200


@each(WITH_BODY)
def test_malformed_bodies_are_refused_and_change_nothing(people: People, endpoint: Endpoint) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    before = rows()
    for content_type, body, status in [("application/json", body, None) for body in BROKEN_BODIES] + BROKEN_FORMS:
        answer = call(
            endpoint.method, endpoint.path, token=tutor.access, body=body, headers={"content-type": content_type}
        )
        # An empty change of terms is valid and changes nothing.
        if not (answer.status == 200 and endpoint.method == "PATCH" and b'"a"' in body):
            assert_refused(answer)
            assert status in (None, answer.status), (content_type, body[:50], answer)
    assert rows() == before


@each(WITH_BODY)
def test_invalid_values_are_refused_and_change_nothing(people: People, endpoint: Endpoint) -> None:
    tutor = people.tutor()
    before = rows()
    for name in endpoint.body:
        for value in BAD_VALUES:
            if (name, value) == ("hours", "[]") or (value == "null" and name in MAY_BE_NULL):
                continue
            body = json.dumps(endpoint.body | {name: "@"}).replace('"@"', value).encode()
            headers = {"content-type": "application/json"}
            answer = call(endpoint.method, endpoint.path, token=tutor.access, body=body, headers=headers)
            assert_refused(answer)
    assert rows() == before


HOURS_LIKE = st.lists(
    st.fixed_dictionaries(
        {}, optional={"weekday": JSON, "start": st.just("09:00") | JSON, "end": st.just("17:00") | JSON}
    ),
    max_size=3,
)


@pytest.mark.parametrize("examples", [15, pytest.param(1_000, marks=pytest.mark.proof)])
@each(WITH_BODY)
def test_no_value_of_any_field_causes_a_server_error(people: People, endpoint: Endpoint, examples: int) -> None:
    tutor = people.tutor()
    fields = {name: st.just(value) | JSON for name, value in endpoint.body.items()}
    if "hours" in fields:
        fields["hours"] = HOURS_LIKE | JSON

    @settings(max_examples=examples, database=None)
    @given(st.fixed_dictionaries({}, optional=fields))
    def play(body: dict[str, Any]) -> None:
        answer = call(endpoint.method, endpoint.path, token=tutor.access, json_body=body)
        assert answer.status < 500, answer
        assert isinstance(answer.json, dict)

    play()
