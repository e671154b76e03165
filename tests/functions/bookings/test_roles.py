"""Actions of strangers and of the wrong side of a booking: answered as if it did not exist."""

from typing import Any

import pytest

from tests.support.booking_client import at, booked, free_tutor, new_time, post, state
from tests.support.people import People

ACTIONS = [
    ("cancel/", {}),
    ("reschedule/", new_time(at(15))),
    ("accept/", {}),
    ("no_show/", {}),
    ("completed/", {}),
]


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_strangers_get_not_found(people: People, path: str, body: Any) -> None:
    tutor, student, other = free_tutor(people), people.student(), people.tutor()
    reservation = booked(student, tutor, at(10))
    for booking in (reservation["id"], 10**15, 10**39):
        assert post(other, f"{booking}/{path}", body).status == 404
    assert state(reservation["id"]) == ("confirmed", None)


def test_actions_of_the_other_side_are_not_found(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.tutor()
    reservation = booked(student, tutor, at(10))
    for path in ("tutor/me/confirm/{}/", "tutor/me/decline/{}/", "{}/no_show/", "{}/completed/"):
        assert post(student, path.format(reservation["id"])).status == 404
    assert post(tutor, f"{reservation['id']}/accept/").status == 404
    assert post(people.student(), f"tutor/me/confirm/{reservation['id']}/").status == 403
