"""Malformed requests for a booking."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.booking_client import (
    assert_error,
    free_tutor,
    offer,
    post,
)
from tests.support.people import People, query


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "non_field_errors"),
        ({"tutor": 1, "schedule_item": 1}, "non_field_errors"),
        ({"tutor": 1}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00Z"}, "length"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00Z", "length": 60, "end_time": "2035-01-01T11:00Z"}, "length"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00Z", "end_time": "2035-01-01T10:00Z"}, "end_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00Z", "length": 4}, "length"),
        ({"schedule_item": 1, "length": 60}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00", "length": 60}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01", "length": 60}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00:01Z", "length": 60}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00:00.5Z", "length": 60}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00:00+01:00:30", "length": 60}, "start_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00Z", "end_time": "2035-01-01T11:00"}, "end_time"),
        ({"tutor": 1, "start_time": "2035-01-01T10:00Z", "end_time": "2035-01-01T11:00:00.000001Z"}, "end_time"),
        ({"schedule_item": 1, "start_time": "2035-01-01T10:00:01", "length": 60, "weeks": 2}, "start_time"),
        ({"schedule_item": 0}, "schedule_item"),
        ({"schedule_item": 2**63}, "schedule_item"),
        ({"schedule_item": 1, "kind": "crowd"}, "kind"),
        ({"schedule_item": 1, "form": "by post"}, "form"),
        ({"schedule_item": 1, "form": "in_person"}, "form"),
        ({"schedule_item": 1, "note": "x" * 501}, "note"),
        ({"schedule_item": 1, "weeks": 27}, "weeks"),
        ({"schedule_item": 1, "weeks": 1}, "weeks"),
        ({"session": 1, "weeks": 2}, "weeks"),
        ({"session": 1, "tutor": 1, "start_time": "2035-01-01T10:00Z", "length": 60}, "non_field_errors"),
        ({"session": 1, "schedule_item": 1}, "non_field_errors"),
    ],
)
def test_malformed_requests_are_refused(people: People, body: Any, field: str) -> None:
    free_tutor(people)
    answer = post(people.student(), "", body)
    assert (answer.status, list(answer.json)) == (400, [field]), answer
    assert query("SELECT count(*) FROM bookings") == [(0,)]


@pytest.mark.parametrize("start", ["0001-01-01T00:00Z", "9999-12-31T23:30Z", "9999-12-30T10:00Z"])
def test_times_at_the_ends_of_the_calendar_are_refused(people: People, start: str) -> None:
    tutor, student = free_tutor(people), people.student()
    for more in ({}, {"weeks": 26}):
        answer = post(student, "", {"tutor": tutor.tutor_id, "start_time": start, "length": 60, **more})
        assert answer.status in {400, 409}, answer
        assert start != "9999-12-30T10:00Z" or answer.json["code"] == "beyond_window"
    item = offer(tutor, datetime(9999, 12, 30, tzinfo=UTC), datetime(9999, 12, 30, 1, tzinfo=UTC))
    assert_error(post(student, "", {"schedule_item": item}), 409, "beyond_window")
    endless = offer(tutor, datetime(2100, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
    assert_error(post(student, "", {"schedule_item": endless}), 409, "slot_not_offered")
