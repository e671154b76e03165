"""Overrides: days that differ from the weekly hours, including those made by deletions."""

from datetime import datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.functions.availability.test_hours import ENDS_FIRST, NOT_A_TIME, NOT_INTEGER, NULL, REQUIRED
from tests.support.availability_client import (
    DAY,
    OVERRIDES,
    SCHEDULE,
    call,
    change,
    every_day,
    items,
    on,
    override,
    put,
    rows,
    today,
)
from tests.support.people import People, insert, query

NOT_A_DAY = "Data ma zły format. Użyj jednego z tych formatów: YYYY-MM-DD."


def test_overrides_change_their_days_and_off_wins(people: People) -> None:
    tutor, day = people.tutor(), today() + 3 * DAY
    put(tutor, *every_day())
    extra = override(tutor, "extra", day, start="18:00", end="20:00", note=" Kolokwium ")
    off = override(tutor, "off", day, start="16:00", end="19:00")
    vacation = override(tutor, "off", day + DAY, last_day=(day + 2 * DAY).isoformat())
    shown = {(start[:16], end[11:16]) for start, end in items(tutor)}
    here = {(start, end) for start, end in shown if day.isoformat() <= start[:10] <= (day + 3 * DAY).isoformat()}
    assert here == {(f"{day}T09:00", "16:00"), (f"{day}T19:00", "20:00"), (f"{day + 3 * DAY}T09:00", "17:00")}
    answer = call("GET", OVERRIDES, token=tutor.access)
    assert answer.json["results"] == [
        {
            "id": off,
            "kind": "off",
            "first_day": f"{day}",
            "last_day": f"{day}",
            "start": "16:00",
            "end": "19:00",
            "note": "",
        },
        {"id": extra, "kind": "extra", "first_day": f"{day}", "last_day": f"{day}", "start": "18:00", "end": "20:00"}
        | {"note": "Kolokwium"},
        {"id": vacation, "kind": "off", "first_day": f"{day + DAY}", "last_day": f"{day + 2 * DAY}"}
        | {"start": "00:00", "end": "24:00", "note": ""},
    ]
    for each in (extra, off, vacation):
        answer = call("DELETE", f"{OVERRIDES}{each}/", token=tutor.access)
        assert (answer.status, answer.json) == (200, {"detail": "Wyjątek został usunięty."})
    empty: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
    assert call("GET", OVERRIDES, token=tutor.access).json == empty
    assert {(start[11:16], end[11:16]) for start, end in items(tutor)} == {("09:00", "17:00")}


def test_past_overrides_are_not_listed(people: People) -> None:
    tutor = people.tutor()
    past = {"first_day": today() - 3 * DAY, "last_day": today() - 3 * DAY}
    insert("hours_overrides", {"tutor_id": tutor.tutor_id, "kind": "off", **past})
    running = override(tutor, "off", today() - 30 * DAY, last_day=today().isoformat())
    assert [each["id"] for each in call("GET", OVERRIDES, token=tutor.access).json["results"]] == [running]


def test_overrides_come_in_pages(people: People) -> None:
    tutor = people.tutor()
    ids = [override(tutor, "off", today() + number * DAY) for number in range(5)]
    pages, following = [], f"{OVERRIDES}?page_size=2"
    while following:
        answer = call("GET", following, token=tutor.access)
        assert (answer.status, answer.json["count"]) == (200, 5)
        pages.append([each["id"] for each in answer.json["results"]])
        following = answer.json["next"]
    assert pages == [ids[:2], ids[2:4], ids[4:]]
    assert answer.json["previous"] == f"{OVERRIDES}?p=2&page_size=2"
    assert call("GET", f"{OVERRIDES}?p=4&page_size=2", token=tutor.access).status == 404
    assert call("GET", f"{OVERRIDES}?p=x", token=tutor.access).json == {"p": [NOT_INTEGER]}


def test_another_tutor_s_override_is_not_found(people: People) -> None:
    mine, other = people.tutor(), people.tutor()
    override_id = override(other, "off", today())
    for unknown in (override_id, 0, 2**63, "9" * 40):
        answer = call("DELETE", f"{OVERRIDES}{unknown}/", token=mine.access)
        assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})
    assert query("SELECT count(*) FROM hours_overrides") == [(1,)]


def test_a_tutor_may_have_500_upcoming_overrides(people: People) -> None:
    tutor = people.tutor()
    query(
        "INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day)"
        " SELECT %s, 'off', day, day FROM (SELECT current_date + n AS day FROM generate_series(-300, 501) AS n) days",
        tutor.tutor_id,
    )
    body = {"kind": "off", "first_day": today().isoformat()}
    answer = call("POST", OVERRIDES, token=tutor.access, json_body=body)
    assert (answer.status, answer.json["code"]) == (409, "too_many_overrides")
    query("DELETE FROM hours_overrides WHERE last_day > current_date + 400")
    assert call("POST", OVERRIDES, token=tutor.access, json_body=body).status == 201


def test_deleting_a_schedule_makes_one_override_that_does_not_count_towards_the_limit(people: People) -> None:
    """However many intervals the week has, and however often the schedule is deleted."""
    tutor = people.tutor()
    change(tutor, booking_window=365)
    for minutes in range(10, 20):
        hours = [("07:00", "07:30") if minutes == 10 else (f"06:{60 - minutes}", "07:30")]
        hours += [(f"{hour:02}:00", f"{hour:02}:{minutes}") for hour in range(9, 18)]
        put(tutor, *[on(day, *times) for day in range(1, 8) for times in hours])
        assert call("DELETE", SCHEDULE, token=tutor.access).status == 200
        assert query("SELECT count(*) FROM hours_overrides") == [(1,)]
    [shown] = call("GET", OVERRIDES, token=tutor.access).json["results"]
    assert (shown["start"], shown["end"], shown["note"]) == ("06:41", "17:19", "Usunięty harmonogram")
    query(
        "INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day)"
        " SELECT %s, 'off', current_date + n, current_date + n FROM generate_series(1, 499) AS n",
        tutor.tutor_id,
    )
    override(tutor, "off", today() + 3 * DAY)
    body = {"kind": "off", "first_day": today().isoformat()}
    assert call("POST", OVERRIDES, token=tutor.access, json_body=body).status == 409


def test_overrides_made_by_deleted_items_do_not_count_either(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    for item_id in list(rows(tutor))[:3]:
        assert call("DELETE", f"{SCHEDULE}{item_id}/", token=tutor.access).status == 200
    assert query("SELECT count(*) FILTER (WHERE entered), count(*) FROM hours_overrides") == [(0, 3)]
    override(tutor, "off", today() + 9 * DAY)
    assert query("SELECT count(*) FILTER (WHERE entered), count(*) FROM hours_overrides") == [(1, 4)]


OFF = {"kind": "off", "first_day": "2027-03-28"}


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({}, {"kind": [REQUIRED], "first_day": [REQUIRED]}),
        (OFF | {"kind": "on"}, {"kind": ["Dozwolone wartości: extra, off."]}),
        (OFF | {"kind": None}, {"kind": [NULL]}),
        (OFF | {"kind": ["off"]}, {"kind": ["Dozwolone wartości: extra, off."]}),
        (OFF | {"first_day": None}, {"first_day": [NULL]}),
        (OFF | {"first_day": "2027-02-29"}, {"first_day": [NOT_A_DAY]}),
        (OFF | {"first_day": "20270328"}, {"first_day": [NOT_A_DAY]}),
        (OFF | {"first_day": "2027-W12-7"}, {"first_day": [NOT_A_DAY]}),
        (OFF | {"first_day": "0000-01-01"}, {"first_day": [NOT_A_DAY]}),
        (OFF | {"first_day": 20270328, "last_day": "x"}, {"first_day": [NOT_A_DAY], "last_day": [NOT_A_DAY]}),
        (OFF | {"last_day": "2027-03-27"}, {"last_day": ["Ostatni dzień nie może być wcześniejszy niż pierwszy."]}),
        (OFF | {"start": "10:00", "end": "10:00"}, {"end": [ENDS_FIRST]}),
        (OFF | {"start": "24:00"}, {"end": [ENDS_FIRST]}),
        (OFF | {"start": None, "end": "25:00"}, {"start": [NULL], "end": [NOT_A_TIME]}),
        (OFF | {"note": "x" * 201}, {"note": ["Upewnij się, że to pole ma nie więcej niż 200 znaków."]}),
        (OFF | {"note": "a\0"}, {"note": ["Znaki null są niedozwolone."]}),
        (OFF | {"note": None}, {"note": [NULL]}),
    ],
)
def test_an_invalid_override_is_refused_and_changes_nothing(people: People, body: Any, complaints: Any) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    before = rows(tutor)
    answer = call("POST", OVERRIDES, token=tutor.access, json_body=body)
    assert (answer.status, answer.json) == (400, complaints)
    assert query("SELECT * FROM hours_overrides") == []
    assert rows(tutor) == before


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_that_are_past_in_the_tutor_s_zone_are_refused(people: People, zone: str) -> None:
    """At any time, one of these zones has another date than the server."""
    tutor = people.tutor()
    change(tutor, time_zone=zone)
    here = datetime.now(ZoneInfo(zone)).date()
    past = ({"first_day": here - DAY}, {"first_day": here - 9 * DAY, "last_day": here - DAY})
    for kind, days in product(("off", "extra"), past):
        body = {"kind": kind, **{name: f"{day}" for name, day in days.items()}}
        answer = call("POST", OVERRIDES, token=tutor.access, json_body=body)
        assert (answer.status, answer.json) == (400, {list(days)[-1]: ["Te dni już minęły."]})
    override(tutor, "off", here)
    override(tutor, "extra", here - 9 * DAY, last_day=here.isoformat())
    assert call("GET", OVERRIDES, token=tutor.access).json["count"] == 2


@pytest.mark.parametrize("days", [("0001-01-01", "9999-12-31"), ("9999-12-31", None)])
def test_days_may_be_as_late_as_the_calendar_goes(people: People, days: tuple[str, str | None]) -> None:
    tutor = people.tutor()
    answer = call(
        "POST", OVERRIDES, token=tutor.access, json_body={"kind": "extra", "first_day": days[0], "last_day": days[1]}
    )
    assert (answer.status, answer.json["last_day"]) == (201, "9999-12-31")
    assert len(rows(tutor)) in ({0} if days[1] is None else {61, 62})


def test_an_invisible_note_is_stored_as_empty(people: People) -> None:
    tutor = people.tutor()
    for text in ("\u200b", "\u3164\n\ufeff", "\u2800 \u202e", " "):
        body = {"kind": "off", "first_day": today().isoformat(), "note": text}
        assert call("POST", OVERRIDES, token=tutor.access, json_body=body).status == 201
    assert query("SELECT DISTINCT note FROM hours_overrides") == [("",)]
