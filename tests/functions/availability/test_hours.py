"""Weekly hours and overrides, and the schedule items made from them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.availability_client import (
    DAY,
    HOURS,
    SCHEDULE,
    WARSAW,
    add,
    at,
    call,
    change,
    every_day,
    items,
    on,
    override,
    put,
    rows,
    session,
    slots,
    today,
)
from tests.support.people import People, query

REQUIRED, NULL = "To pole jest wymagane.", "Pole nie może mieć wartości null."
NOT_INTEGER = "Wymagana poprawna liczba całkowita."
NOT_A_TIME = "Podaj godzinę w postaci GG:MM."
ENDS_FIRST = "Godzina rozpoczęcia musi być wcześniejsza niż godzina zakończenia."
OVERLAP = "Godziny jednego dnia nie mogą na siebie zachodzić."
ZONE = "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw."


def test_a_tutor_starts_without_hours(people: People) -> None:
    answer = call("GET", HOURS, token=people.tutor().access)
    assert (answer.status, answer.json) == (200, {"time_zone": "Europe/Warsaw", "hours": []})


def test_hours_are_replaced_as_a_whole_and_listed_from_monday(people: People) -> None:
    tutor = people.tutor()
    put(tutor, on(3))
    answer = put(tutor, on(7, "20:00", "24:00"), on(1, "13:00", "15:30"), on(1, "00:00", "13:00"))
    expected = [on(1, "00:00", "13:00"), on(1, "13:00", "15:30"), on(7, "20:00", "24:00")]
    assert answer.json == {"time_zone": "Europe/Warsaw", "hours": expected}
    assert call("GET", HOURS, token=tutor.access).json == answer.json
    assert put(tutor, time_zone="Asia/Tokyo").json == {"time_zone": "Asia/Tokyo", "hours": []}
    assert items(tutor) == []


def test_hours_become_items_for_the_bookable_days(people: People) -> None:
    """In the tutor's wall-clock time, before and after the clocks change."""
    tutor, other = people.tutor(), people.tutor()
    put(other, on(2))
    change(tutor, booking_window=365)
    put(tutor, *every_day())
    shown = [tuple(map(datetime.fromisoformat, times)) for times in items(tutor)]
    days = [start.date() for start, _end in shown]
    assert days[-1] - today() in {365 * DAY, 366 * DAY}
    assert days == [days[0] + DAY * number for number in range(len(days))]
    assert days[0] in {today(), today() + DAY}
    assert {(start.hour, start.minute, end.hour, end.minute) for start, end in shown} == {(9, 0, 17, 0)}
    assert {start.utcoffset() for start, _end in shown} == {timedelta(hours=1), timedelta(hours=2)}
    assert {source for _start, _end, source in rows(tutor).values()} == {"rule"}


def test_unchanged_items_keep_their_ids_and_past_items_stay(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day("00:00", "24:00"))
    before = rows(tutor)
    query(
        "INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source) VALUES (%s, %s, %s, 'rule')",
        tutor.tutor_id,
        at(today() - DAY, 9),
        at(today() - DAY, 10),
    )
    [past] = rows(tutor).keys() - before.keys()
    put(tutor, *every_day("00:00", "24:00"))
    assert rows(tutor).keys() == {*before, past}
    tomorrow = today() + DAY
    put(tutor, *[on(day, "00:00", "24:00") for day in range(1, 8) if day != tomorrow.isoweekday()])
    after = rows(tutor)
    gone = {each for each in before if before[each][0].astimezone(WARSAW).isoweekday() == tomorrow.isoweekday()}
    assert after.keys() == ({*before, past} - gone)


# What was entered by hand


def test_items_from_rules_are_made_around_an_item_entered_by_hand(people: People) -> None:
    tutor, day = people.tutor(), today() + 2 * DAY
    item_id = add(tutor, at(day, 10), at(day, 11.5)).json["id"]
    put(tutor, on(day.isoweekday(), "09:00", "12:00"))
    here = sorted(row for row in rows(tutor).values() if row[0] < at(day + DAY, 0))
    assert here == [
        (at(day, 9), at(day, 10), "rule"),
        (at(day, 10), at(day, 11.5), "explicit"),
        (at(day, 11.5), at(day, 12), "rule"),
    ]
    answer = call("DELETE", f"{SCHEDULE}{item_id}/", token=tutor.access)
    assert (answer.status, answer.json) == (200, {"Info": "Schedule item deleted successfully."})
    here = sorted(row for row in rows(tutor).values() if row[0] < at(day + DAY, 0))
    assert here == [(at(day, 9), at(day, 12), "rule")]
    assert query("SELECT count(*) FROM hours_overrides") == [(0,)]


def test_an_item_that_overlaps_one_from_a_rule_is_refused(people: People) -> None:
    tutor, day = people.tutor(), today() + 2 * DAY
    put(tutor, *every_day())
    answer = add(tutor, at(day, 16.5), at(day, 18))
    assert (answer.status, answer.json) == (400, {"Error": "Your schedule is overlapping with another schedule."})
    assert add(tutor, at(day, 17), at(day, 18)).status == 201


def test_a_deleted_item_from_a_rule_does_not_come_back(people: People) -> None:
    tutor, day = people.tutor(), today() + 2 * DAY
    put(tutor, on(day.isoweekday(), "09:00", "12:00"), on(day.isoweekday(), "13:00", "24:00"))
    session(tutor, at(day, 14))
    [item_id] = [each for each, row in rows(tutor).items() if row[0] == at(day, 13)]
    assert call("DELETE", f"{SCHEDULE}{item_id}/", token=tutor.access).status == 200
    columns = "kind, first_day, last_day, starts, ends"
    assert query(f"SELECT {columns} FROM hours_overrides") == [("off", day, day, 13 * 60, 1440)]
    for _ in range(2):
        starts = [row[0] for row in rows(tutor).values() if row[0] < at(day + 8 * DAY, 0)]
        assert starts == [at(day, 9), at(day + 7 * DAY, 9), at(day + 7 * DAY, 13)]
        change(tutor, booking_window=61)
    assert query("SELECT taken FROM tutoring_sessions") == [(True,)]


def test_a_deleted_schedule_stays_empty_but_for_new_times(people: People) -> None:
    tutor, day = people.tutor(), today() + 2 * DAY
    add(tutor, at(day, 10), at(day, 11))
    put(tutor, *every_day())
    answer = call("DELETE", SCHEDULE, token=tutor.access)
    assert (answer.status, answer.json) == (200, {"Info": "All schedule items deleted successfully."})
    put(tutor, *every_day())
    assert items(tutor) == []
    answer = call("DELETE", SCHEDULE, token=tutor.access)
    assert (answer.status, answer.json) == (404, {"Info": "No schedule items found."})
    put(tutor, *every_day("09:00", "18:00"))
    # Today's first hours may have passed before they were deleted.
    later = [(start[11:16], end[11:16]) for start, end in items(tutor) if start[:10] > today().isoformat()]
    assert set(later) == {("17:00", "18:00")}


def test_deleting_a_past_item_makes_no_override(people: People) -> None:
    tutor = people.tutor()
    row = (tutor.tutor_id, at(today() - DAY, 9), at(today() - DAY, 10))
    insertion = (
        "INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source) VALUES (%s, %s, %s, 'rule') RETURNING id"
    )
    [(item_id,)] = query(insertion, *row)
    assert call("DELETE", f"{SCHEDULE}{item_id}/", token=tutor.access).status == 200
    assert query("SELECT * FROM hours_overrides") == []


def test_an_item_in_the_repeated_hour_of_autumn_stays_deleted(people: People) -> None:
    """A rule's time in the hour that the clocks show twice, split by an item entered by hand."""
    tutor = people.tutor()
    changes = [
        day
        for day in (today() + DAY * number for number in range(2, 365))
        if at(day, 24) - at(day, 0) == timedelta(hours=25)
    ]
    day = changes[0]
    add(tutor, at(day, 2) + timedelta(minutes=70), at(day, 4))
    change(tutor, booking_window=365)
    override(tutor, "extra", day, start="01:00", end="05:00")
    here = {row[:2]: each for each, row in rows(tutor).items()}
    item_id = here[at(day, 1), at(day, 2) + timedelta(minutes=70)]
    assert call("DELETE", f"{SCHEDULE}{item_id}/", token=tutor.access).status == 200
    assert [row[0] for row in rows(tutor).values()] == [at(day, 2) + timedelta(minutes=70), at(day, 4)]


def test_a_change_of_zone_keeps_the_wall_clock_hours(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    for zone, send in (
        ("Asia/Tokyo", change),
        ("America/New_York", lambda who, **more: put(who, *every_day(), **more)),
    ):
        send(tutor, time_zone=zone)
        local = [row[0].astimezone(ZoneInfo(zone)) for row in rows(tutor).values()]
        assert {(start.hour, start.minute) for start in local} == {(9, 0)}
        assert len({start.date() for start in local}) == len(local) >= 60


def test_changing_the_booking_window_adds_and_removes_days(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day("23:00", "24:00"))
    counts = []
    for window in (1, 200, 10):
        change(tutor, booking_window=window)
        counts.append(len(rows(tutor)))
    assert counts[0] in {2, 3}
    assert [count - counts[0] for count in counts] == [0, 199, 9]


def test_sessions_do_not_split_the_schedule_shown_to_the_tutor(people: People) -> None:
    tutor, day = people.tutor(), today() + 2 * DAY
    put(tutor, *every_day())
    session(tutor, at(day, 10))
    put(tutor, *every_day("09:00", "16:00"))
    assert (at(day, 9), at(day, 16), "rule") in rows(tutor).values()
    assert {slot["start_time"][11:16] for slot in slots(tutor, f"from={day}&to={day + DAY}")} >= {"09:00", "11:00"}


# Bad input


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({}, {"hours": [REQUIRED]}),
        ({"hours": None}, {"hours": [NULL]}),
        ({"hours": {}}, {"hours": ["Oczekiwano listy, otrzymano: obiekt."]}),
        ({"hours": [on(1), 5]}, {"hours[1]": ["Oczekiwano obiektu, otrzymano: liczba."]}),
        ({"hours": [{}]}, {f"hours[0].{name}": [REQUIRED] for name in ("weekday", "start", "end")}),
        ({"hours": [on(0)]}, {"hours[0].weekday": ["Upewnij się, że ta wartość jest większa lub równa 1."]}),
        ({"hours": [on(8)]}, {"hours[0].weekday": ["Upewnij się, że ta wartość jest mniejsza lub równa 7."]}),
        ({"hours": [on(1) | {"weekday": None}]}, {"hours[0].weekday": [NULL]}),
        ({"hours": [on(1), on(2) | {"weekday": "pon"}]}, {"hours[1].weekday": [NOT_INTEGER]}),
        ({"hours": [on(1, "9:00")]}, {"hours[0].start": [NOT_A_TIME]}),
        ({"hours": [on(1, "24:01")]}, {"hours[0].start": [NOT_A_TIME]}),
        ({"hours": [on(1, "09:00:00")]}, {"hours[0].start": [NOT_A_TIME]}),
        ({"hours": [on(1, "٠٩:٠٠")]}, {"hours[0].start": [NOT_A_TIME]}),
        (
            {"hours": [on(2), on(1) | {"start": 540, "end": None}]},
            {"hours[1].start": [NOT_A_TIME], "hours[1].end": [NULL]},
        ),
        ({"hours": [on(1, "17:00", "17:00")]}, {"hours[0].end": [ENDS_FIRST]}),
        ({"hours": [on(3), on(1, "22:00", "02:00")]}, {"hours[1].end": [ENDS_FIRST]}),
        ({"hours": [on(1, "24:00", "24:00")]}, {"hours[0].end": [ENDS_FIRST]}),
        ({"hours": [on(1, "16:59", "18:00"), on(1)]}, {"hours[1]": [OVERLAP]}),
        ({"hours": [on(1), on(2), on(1)]}, {"hours[2]": [OVERLAP]}),
        ({"hours": [on(1)] * 71}, {"hours": ["Podaj co najwyżej 70 przedziałów godzin."]}),
        ({"hours": [], "time_zone": "Mars/Base"}, {"time_zone": [ZONE]}),
        ({"hours": [], "time_zone": "localtime"}, {"time_zone": [ZONE]}),
        ({"hours": [], "time_zone": "../../etc/passwd"}, {"time_zone": [ZONE]}),
        ({"hours": [], "time_zone": ""}, {"time_zone": [ZONE]}),
        ({"hours": [], "time_zone": None}, {"time_zone": [NULL]}),
        ({"hours": [], "time_zone": 5}, {"time_zone": [ZONE]}),
    ],
)
def test_invalid_hours_are_refused_and_change_nothing(people: People, body: Any, complaints: Any) -> None:
    tutor = people.tutor()
    put(tutor, on(5))
    before = rows(tutor)
    answer = call("PUT", HOURS, token=tutor.access, json_body=body)
    assert (answer.status, answer.json) == (400, complaints)
    assert call("GET", HOURS, token=tutor.access).json == {"time_zone": "Europe/Warsaw", "hours": [on(5)]}
    assert rows(tutor) == before


def test_seventy_intervals_are_accepted(people: People) -> None:
    hours = [on(day, f"{hour:02}:00", f"{hour + 1:02}:00") for day in range(1, 8) for hour in range(10)]
    assert len(put(people.tutor(), *hours).json["hours"]) == 70


def test_hours_are_deleted_with_the_account(people: People) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    override(tutor, "off", date(2030, 1, 1))
    query("DELETE FROM users WHERE id = %s", tutor.id)
    for table in ("weekly_hours", "hours_overrides", "booking_terms", "schedule_items"):
        assert query(f"SELECT * FROM {table}") == []
    assert call("GET", HOURS, token=tutor.access).status == 401
