"""Bodies of partial changes."""

from typing import Annotated

from shared.kit.http.fields import Whole
from shared.kit.http.partial_update import PartialUpdate


class Seats(PartialUpdate):
    seats: Annotated[int, Whole(minimum=2, maximum=100)] = 0
    price: int | None = None


def test_only_given_fields_are_changes() -> None:
    assert Seats.model_validate({"price": None}).changes() == {"price": None}
    assert Seats.model_validate({}).changes() == {}


def test_defaults_are_not_documented() -> None:
    assert Seats.model_json_schema()["properties"] == {
        "seats": {"maximum": 100, "minimum": 2, "title": "Seats", "type": "integer"},
        "price": {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "Price"},
    }
