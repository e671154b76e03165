"""A tutor's own settings."""

import pytest

from functions.tutors.handler import handler
from tests.doors import LambdaDoor
from tests.people import People

call = LambdaDoor(handler)


def test_price_is_taken_as_text_and_as_number(people: People) -> None:
    tutor = people.tutor()
    for sent, stored in ((60, 60), ("75", 75), ("12.0", 12)):
        answer = call("PATCH", "/api/user/tutor/price/me/", token=tutor.access, json_body={"price": sent})
        assert (answer.status, answer.json) == (200, {"price": stored})


@pytest.mark.parametrize(
    ("price", "complaint"), [(-1, "Price cannot be negative."), (1000001, "Price cannot be more than 1000000.")]
)
def test_price_outside_its_bounds_is_refused(people: People, price: int, complaint: str) -> None:
    tutor = people.tutor()
    answer = call("PATCH", "/api/user/tutor/price/me/", token=tutor.access, json_body={"price": price})
    assert (answer.status, answer.json) == (400, {"non_field_errors": [complaint]})
    assert call("GET", "/api/user/tutor/price/me/", token=tutor.access).json == {"price": 0}
