"""Field types of request bodies."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.kit.http.fields import (
    NO_OFFSET,
    NOT_WHOLE_MINUTE,
    Flag,
    Moment,
    Text,
    Whole,
    uuid_or_none,
    whole_number,
)

NOT_FLAGS: list[Any] = ["", "maybe", 2, 1.0, [], {}, "truee"]
NOT_WHOLE: list[Any] = [12.5, "12.5", "", "x", True, [], {}, "1e3", "0x10", "1_000", math.inf, math.nan, "1" * 31]
NOT_UUIDS: list[Any] = ["", "x", None, True, [], 1.5, -1, 2**128, "\0", "6b93b9b4"]
WARSAW = ZoneInfo("Europe/Warsaw")
NULL, BLANK = "Pole nie może mieć wartości null.", "To pole nie może być puste."
NOT_TEXT, NUL = "Not a valid string.", "Znaki null są niedozwolone."
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read(field: Any, value: Any) -> Any:
    """Return the value that a field reads, or its errors if it refuses."""
    try:
        return TypeAdapter(Annotated[Any, field]).validate_python(value)
    except ValidationError as failure:
        [problem] = failure.errors()
        return list(problem["ctx"]["messages"])


@pytest.mark.parametrize(
    ("field", "value", "read_as"),
    [
        (Text(), " ola ", "ola"),
        (Text(), 12, "12"),
        (Text(), 1.5, "1.5"),
        (Text(), "", [BLANK]),
        (Text(), " \n\t", [BLANK]),
        (Text(), None, [NULL]),
        (Text(), True, [NOT_TEXT]),
        (Text(), b"x", [NOT_TEXT]),
        (Text(), ["x"], [NOT_TEXT]),
        (Text(wrong_type="Other."), {}, ["Other."]),
        (Text(blank=True), " ", ""),
        (Text(blank=True, trim=False), " ", " "),
        (Text(trim=False), " ", " "),
        (Text(null=True), None, None),
        (Text(null=True), "", [BLANK]),
        (Text(visible=True), "\u200b\u3164 \ufeff", [BLANK]),
        (Text(visible=True, blank=True), "\u2800", ""),
        (Text(visible=True), "\0", [NUL]),
        (Text(visible=True), "\u200ba\u200b", "\u200ba\u200b"),
        (Text(), "\u200b", "\u200b"),
        (Text(normalized=True), "Ło\u0301dz\u0301", "Łódź"),
        (Text(normalized=True, max_length=3), "żo\u0301ł", "żół"),
        (Text(normalized=True, max_length=1), "\u0958", ["Upewnij się, że to pole ma nie więcej niż 1 znaków."]),
        (Text(), "o\u0301", "o\u0301"),
        (Text(max_length=3), "żół", "żół"),
        (Text(max_length=3), " żół ", "żół"),
        (Text(max_length=3), "żółw", ["Upewnij się, że to pole ma nie więcej niż 3 znaków."]),
        (Text(min_length=3), "żół", "żół"),
        (Text(min_length=3), "żó", ["Upewnij się, że pole ma co najmniej 3 znaków."]),
        (Text(), "a\0b", [NUL]),
        (Text(), "\ud83d", ["Surrogate characters are not allowed: U+D83D."]),
        (Text(), "😀", "😀"),
        (Text(max_length=2), "a\0b", ["Upewnij się, że to pole ma nie więcej niż 2 znaków.", NUL]),
        (Text(checks=(lambda text: [f"no {text}"],)), "x", ["no x"]),
        (
            Text(max_length=2, checks=(lambda text: [f"no {text}"],)),
            "xyz",
            ["Upewnij się, że to pole ma nie więcej niż 2 znaków."],
        ),
        *((Flag(), value, True) for value in (True, 1, "1", "true", "True", "TRUE", "t", "yes", "on")),
        *((Flag(), value, False) for value in (False, 0, "0", "false", "False", "f", "no", "off")),
        *((Flag(), value, ["Must be a valid boolean."]) for value in NOT_FLAGS),
        (Flag(), None, [NULL]),
        *((Whole(), value, 12) for value in (12, "12", " 12 ", "+12", "12.0", "12.", 12.0)),
        (Whole(), "-5", -5),
        *((Whole(), value, ["Wymagana poprawna liczba całkowita."]) for value in NOT_WHOLE),
        (Whole(), None, [NULL]),
        (Whole(), 2**31 - 1, 2**31 - 1),
        (Whole(), 2**31, ["Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."]),
        (Whole(), 1e20, ["Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."]),
        (Whole(), -(2**31) - 1, ["Upewnij się, że ta wartość jest większa lub równa -2147483648."]),
        (Whole(minimum=1, maximum=5), 6, ["Upewnij się, że ta wartość jest mniejsza lub równa 5."]),
    ],
)
def test_a_field_reads_valid_values_and_refuses_others(field: Any, value: Any, read_as: Any) -> None:
    found = read(field, value)
    assert found == read_as
    assert type(found) is type(read_as)


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        ("2035-01-10T07:00:00Z", datetime(2035, 1, 10, 7, tzinfo=UTC)),
        ("2035-01-10T07:00:00.000Z", datetime(2035, 1, 10, 7, tzinfo=UTC)),
        ("2035-01-10T08:00", datetime(2035, 1, 10, 7, tzinfo=UTC)),
        ("2035-07-10 08:00:00", datetime(2035, 7, 10, 6, tzinfo=UTC)),
        ("2035-07-10", datetime(2035, 7, 9, 22, tzinfo=UTC)),
        ("2035-01-10T08:00:00+05:00", datetime(2035, 1, 10, 3, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_local(sent: str, moment: datetime) -> None:
    found = read(Moment(zone=lambda: WARSAW), sent)
    assert found.astimezone(UTC) == moment
    assert found.tzinfo is WARSAW


@pytest.mark.parametrize("sent", ["2035-01-10T08:00", "2035-07-10 08:00:00", "2035-07-10", "0001-01-01T00:00"])
def test_a_time_that_needs_an_offset_is_refused_without_one(sent: str) -> None:
    assert read(Moment(zone=lambda: WARSAW, offset=True), sent) == [NO_OFFSET]


@pytest.mark.parametrize(
    "sent",
    [
        "2035-01-10T08:00:01Z",
        "2035-01-10T08:00:00.000001",
        "2035-01-10T08:00:00.000000001Z",
        "2035-01-10T08:00:00,0000000009Z",
        "2035-01-10T08:00+01:00:30",
    ],
)
def test_a_whole_minute_must_have_no_seconds(sent: str) -> None:
    assert read(Moment(zone=lambda: WARSAW, whole_minute=True), sent) == [NOT_WHOLE_MINUTE]
    assert isinstance(read(Moment(zone=lambda: WARSAW), sent), datetime)


@pytest.mark.parametrize("sent", ["", "x", "2035-13-01", "10:00", 5, 1.5, True, [], {}, "2035-01-10T25:00", "\0"])
def test_malformed_times_are_refused(sent: Any) -> None:
    [complaint] = read(Moment(zone=lambda: WARSAW), sent)
    assert complaint.startswith("Wartość daty z czasem ma zły format.")


@pytest.mark.parametrize("sent", ["0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_beyond_the_calendar_is_refused(sent: str) -> None:
    assert read(Moment(zone=lambda: WARSAW), sent) == ["Datetime value out of range."]


@given(JSON)
def test_any_value_is_read_as_the_field_s_type_or_refused(value: Any) -> None:
    for field, kind in (
        (Text(max_length=5), str),
        (Flag(), bool),
        (Whole(), int),
        (Moment(zone=lambda: WARSAW), datetime),
    ):
        found = read(field, value)
        assert isinstance(found, kind | list)


@given(st.integers(-(10**29), 10**29))
def test_whole_numbers_are_read_from_numbers_and_text(number: int) -> None:
    assert whole_number(number) == whole_number(str(number)) == whole_number(f" {number}.00 ") == number


def test_a_uuid_is_read_from_text_and_from_an_integer() -> None:
    known = UUID("6b93b9b4-f85c-4a98-9354-244685376a6c")
    for form in (str(known), known.hex, f"{{{known}}}", known.int):
        assert uuid_or_none(form) == known
    for other in NOT_UUIDS:
        assert uuid_or_none(other) is None


def test_the_schema_of_a_field_contains_its_bounds() -> None:
    class Body(BaseModel):
        name: Annotated[str, Text(max_length=9, min_length=2)]
        note: Annotated[str | None, Text(max_length=9, blank=True, null=True)] = None
        rating: Annotated[int, Whole(minimum=1, maximum=5)]

    properties = Body.model_json_schema()["properties"]
    assert {key: properties["name"][key] for key in ("type", "minLength", "maxLength")} == {
        "type": "string",
        "minLength": 2,
        "maxLength": 9,
    }
    assert (properties["rating"]["minimum"], properties["rating"]["maximum"]) == (1, 5)
    assert {"type": "null"} in properties["note"]["anyOf"]
