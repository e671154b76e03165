"""The public slots: what can be booked now."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from tests.support.availability_client import (
    DAY,
    WARSAW,
    add,
    at,
    call,
    change,
    every_day,
    on,
    put,
    seat,
    session,
    slots,
    slots_path,
    today,
)
from tests.support.people import People, Person, query
from tests.support.statements import statements

MINUTE = timedelta(minutes=1)


def times(found: list[Any]) -> list[str]:
    """Return the start times of slots for individual sessions."""
    return [slot["start_time"][11:16] for slot in found if slot["kind"] == "individual"]


@pytest.fixture
def tutor(people: People) -> Person:
    """A tutor who works from nine to twelve every day."""
    tutor = people.tutor()
    put(tutor, *every_day("09:00", "12:00"))
    return tutor


def that_day(tutor: Person, **parameters: Any) -> list[Any]:
    day = today() + 2 * DAY
    return slots(tutor, urlencode({"from": day, "to": day + DAY, **parameters}))


def test_slots_follow_from_hours_and_terms(tutor: Person) -> None:
    day = today() + 2 * DAY
    [first, *_] = found = that_day(tutor)
    offset = f"{at(day, 9).astimezone(WARSAW):%z}"
    offset = f"{offset[:3]}:{offset[3:]}"
    assert first == {
        "start_time": f"{day}T09:00:00{offset}",
        "end_time": f"{day}T10:00:00{offset}",
        "kind": "individual",
    }
    assert times(found) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    change(tutor, session_lengths=[90, 180], slot_step=60)
    assert times(that_day(tutor)) == ["09:00", "10:00"]
    assert times(that_day(tutor, length=180)) == ["09:00"]
    assert times(that_day(tutor, length="90.0")) == ["09:00", "10:00"]


def test_the_zone_parameter_applies_to_request_and_answer(tutor: Person) -> None:
    day = today() + 2 * DAY
    opening = at(day, 9).astimezone(UTC)
    found = slots(tutor, f"from={day}T{opening:%H:%M}&to={day}T20:00&tz=UTC")
    assert found[0]["start_time"].endswith("+00:00")
    assert datetime.fromisoformat(found[0]["start_time"]) == opening
    kathmandu = slots(tutor, f"tz=Asia%2FKathmandu&from={day}&to={day + DAY}")
    assert [datetime.fromisoformat(slot["start_time"]) for slot in kathmandu] == [
        datetime.fromisoformat(slot["start_time"]) for slot in found
    ]
    assert {slot["start_time"][19:] for slot in kathmandu} == {"+05:45"}
    # An offset in the value takes precedence.
    begin = at(day, 10).astimezone(ZoneInfo("America/New_York")).isoformat()
    assert times(slots(tutor, urlencode({"from": begin, "to": f"{day}T12:00"}))) == ["10:00", "10:30", "11:00"]


def test_by_default_the_next_seven_days_are_listed(tutor: Person) -> None:
    found = [datetime.fromisoformat(slot["start_time"]) for slot in slots(tutor)]
    now = datetime.now(UTC)
    assert now + 58 * MINUTE < found[0] < now + 2 * DAY
    assert now + 5 * DAY < found[-1] <= now + 7 * DAY
    assert {start.astimezone(WARSAW).hour for start in found} == {9, 10, 11}


def test_slots_keep_the_tutor_s_wall_clock_time_when_the_clocks_change(people: People) -> None:
    tutor = people.tutor()
    change(tutor, booking_window=365)
    put(tutor, *every_day("01:30", "04:00"))
    changes = [day for day in (today() + DAY * n for n in range(2, 364)) if at(day, 24) - at(day, 0) != DAY]
    # In the week of a change only the next one is far enough away, and near enough.
    assert 1 <= len(changes) <= 2
    for day in changes:
        found = slots(tutor, f"from={day - 2 * DAY}&to={day + 2 * DAY}&tz=UTC&length=60")
        starts = [datetime.fromisoformat(slot["start_time"]) for slot in found]
        per_day = [
            [start for start in starts if at(each, 0) <= start < at(each, 24)] for each in (day - DAY, day, day + DAY)
        ]
        # 01:30 to 04:00 lasts an hour and a half in spring, and three and a half in autumn.
        hour = at(day, 24) - at(day, 0) - DAY
        assert [len(each) for each in per_day] == [4, 4 + hour // (30 * MINUTE), 4]
        assert [each[0] for each in per_day] == [at(each, 1.5) for each in (day - DAY, day, day + DAY)]


def test_sessions_and_their_buffers_remove_slots(tutor: Person) -> None:
    day = today() + 2 * DAY
    taken = session(tutor, at(day, 10), 30, busy_from=at(day, 10) - 15 * MINUTE, busy_until=at(day, 10.5) + 15 * MINUTE)
    change(tutor, session_lengths=[30], slot_step=15)
    assert times(that_day(tutor)) == ["09:00", "09:15", "10:45", "11:00", "11:15", "11:30"]
    change(tutor, buffer_before=15)
    assert times(that_day(tutor)) == ["09:00", "09:15", "11:00", "11:15", "11:30"]
    query("UPDATE tutoring_sessions SET taken = false WHERE id = %s", taken)
    assert len(times(that_day(tutor))) == 11


def test_days_and_weeks_at_their_limit_have_no_slots(tutor: Person) -> None:
    day = today() + 2 * DAY
    session(tutor, at(day, 15))
    change(tutor, max_per_day=1)
    assert that_day(tutor) == []
    assert times(slots(tutor, f"from={day + DAY}&to={day + 2 * DAY}"))
    change(tutor, max_per_day=2, max_per_week=1)
    monday = day - DAY * (day.isoweekday() - 1)
    assert slots(tutor, f"from={day}&to={monday + 7 * DAY}") == []
    assert slots(tutor, f"from={monday + 7 * DAY}&to={monday + 8 * DAY}")


@pytest.mark.parametrize(("seconds", "listed"), [(-2, False), (30, True)])
def test_slots_within_the_notice_are_not_listed(people: People, seconds: int, *, listed: bool) -> None:
    tutor, begin = people.tutor(), datetime.now(UTC) + 60 * MINUTE + timedelta(seconds=seconds)
    add(tutor, begin, begin + 60 * MINUTE)
    assert bool(slots(tutor)) is listed


@pytest.mark.parametrize(("seconds", "listed"), [(-60, True), (60, False)])
def test_the_booking_window_applies_to_rules_but_not_to_items_entered_by_hand(
    people: People, seconds: int, *, listed: bool
) -> None:
    tutor, begin = people.tutor(), datetime.now(UTC) + 10 * DAY + timedelta(seconds=seconds)
    change(tutor, booking_window=10)
    add(tutor, begin, begin + 60 * MINUTE)
    wide = urlencode({"to": (begin + DAY).isoformat()})
    assert len(slots(tutor, wide)) == 1
    query("UPDATE schedule_items SET source = 'rule'")
    assert bool(slots(tutor, wide)) is listed


def test_groups_with_free_seats_are_listed(people: People, tutor: Person) -> None:
    day = today() + 2 * DAY
    ola, iwo = people.student(), people.student()
    group = session(tutor, at(day, 9.5), 45, kind="group", seats=3)
    seat(group, 1, ola)
    seat(group, 2, iwo, "cancelled")
    full = session(tutor, at(day, 11), kind="group", seats=2)
    seat(full, 1, ola)
    seat(full, 2, iwo, "pending")
    found = that_day(tutor)
    assert [(slot["kind"], slot["start_time"][11:16]) for slot in found] == [("group", "09:30")]
    assert {name: found[0][name] for name in ("session", "free_seats", "seats")} == {
        "session": group,
        "free_seats": 2,
        "seats": 3,
    }
    # The waitlist comes first.
    query("INSERT INTO waitlist_entries (session_id, student_id) VALUES (%s, %s)", group, iwo.id)
    assert that_day(tutor) == []
    query("UPDATE waitlist_entries SET state = 'left'")
    query("UPDATE tutoring_sessions SET taken = false WHERE id = %s", full)
    assert [(slot["kind"], slot["start_time"][11:16]) for slot in that_day(tutor)] == [
        ("group", "09:30"),
        ("individual", "10:30"),
        ("individual", "11:00"),
    ]


def test_a_group_that_starts_too_soon_is_not_listed(people: People) -> None:
    tutor = people.tutor()
    for minutes in (59, 62):
        session(tutor, datetime.now(UTC) + minutes * MINUTE, 1, kind="group", seats=2)
    assert [slot["session"] for slot in slots(tutor)] == [2]


def test_the_slots_of_a_tutor_who_teaches_only_groups_open_new_groups(people: People) -> None:
    tutor = people.tutor(tutor={"group_sessions": True, "individual_sessions": False})
    day = today() + 2 * DAY
    put(tutor, on(day.isoweekday(), "09:00", "10:00"))
    [slot] = that_day(tutor)
    assert {name: slot[name] for name in ("kind", "session", "free_seats", "seats")} == {
        "kind": "group",
        "session": None,
        "free_seats": 5,
        "seats": 5,
    }
    query("UPDATE tutors SET individual_sessions = true")
    assert [each["kind"] for each in that_day(tutor)] == ["individual"]


NOT_MOMENT = (
    "Wartość daty z czasem ma zły format. Użyj jednego z dostępnych formatów: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)
OUT_OF_RANGE, BACKWARDS = "Data z czasem jest poza zakresem.", "Koniec zakresu musi być późniejszy niż jego początek."
TOO_WIDE, ZONE = (
    "Zakres może mieć co najwyżej 62 dni.",
    "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw.",
)


@pytest.mark.parametrize(
    ("query_string", "complaints"),
    [
        ("from=x", {"from": [NOT_MOMENT]}),
        ("from=%00&to=%FF&tz=%00", {"from": [NOT_MOMENT], "to": [NOT_MOMENT], "tz": [ZONE]}),
        ("from=2027-02-30", {"from": [NOT_MOMENT]}),
        ("from=0001-01-01T00:00:00%2B14:00", {"from": [OUT_OF_RANGE]}),
        ("to=9999-12-31T23:59:59-12:00", {"to": [OUT_OF_RANGE]}),
        ("from=2027-03-02&to=2027-03-01", {"to": [BACKWARDS]}),
        ("from=2027-03-02&to=2027-03-02", {"to": [BACKWARDS]}),
        ("from=2027-03-01T12:00%2B02:00&to=2027-03-01T10:00Z", {"to": [BACKWARDS]}),
        ("to=2001-01-01", {"to": [BACKWARDS]}),
        ("from=2027-03-01&to=2027-05-03", {"to": [TOO_WIDE]}),
        ("from=2027-03-01&to=2027-05-02T00:00:01", {"to": [TOO_WIDE]}),
        ("to=2099-01-01", {"to": [TOO_WIDE]}),
        ("tz=Mars", {"tz": [ZONE]}),
        ("tz=localtime", {"tz": [ZONE]}),
        ("length=x", {"length": ["Wymagana poprawna liczba całkowita."]}),
        ("length=" + "9" * 5_000, {"length": ["Wymagana poprawna liczba całkowita."]}),
        ("length=61", {"length": ["Dostępne długości zajęć w minutach: 60."]}),
        ("length=-60", {"length": ["Dostępne długości zajęć w minutach: 60."]}),
    ],
)
def test_an_invalid_query_is_refused(people: People, query_string: str, complaints: Any) -> None:
    answer = call("GET", f"{slots_path(people.tutor())}?{query_string}")
    assert (answer.status, answer.json) == (400, complaints)


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "from=&to=&tz=&length=",
        "from=2027-03-01&to=2027-05-02",
        "from=2027-09-01&to=2027-11-02&tz=Europe/Warsaw",
        "from=0002-01-01&to=0002-01-02&tz=America/New_York",
        "from=9997-12-30&to=9997-12-31T23:59:59&tz=Pacific/Kiritimati",
        "from=2027-03-28T02:30&to=2027-03-29",
    ],
)
def test_a_valid_query_is_answered(people: People, query_string: str) -> None:
    tutor = people.tutor()
    first, last = datetime(2, 1, 1, 10, tzinfo=UTC), datetime(9997, 12, 31, 20, tzinfo=UTC)
    add(tutor, first, first + timedelta(hours=5))
    add(tutor, last, last + timedelta(hours=15))
    change(tutor, max_per_week=5, buffer_before=240, buffer_after=240)
    found = slots(tutor, query_string)
    assert len(found) == (6 if "9997" in query_string else 0) or query_string.startswith("from=9997")


def test_an_unknown_parameter_is_refused_with_a_suggestion(people: People) -> None:
    answer = call("GET", f"{slots_path(people.tutor())}?form=2027-03-01")
    assert (answer.status, answer.json["code"]) == (400, "unknown_field")
    assert "„from”" in answer.json["detail"]


@pytest.mark.parametrize("size", [1, 2, 5, 6, 500])
def test_pages_contain_every_slot_once(tutor: Person, size: int) -> None:
    day = today() + 2 * DAY
    session(tutor, at(day, 10), kind="group", seats=3)
    query_string = urlencode({"from": day, "to": day + 2 * DAY, "tz": "Asia/Tokyo", "length": 60})
    everything = slots(tutor, f"{query_string}&page_size=500")
    assert len(everything) == 8
    pages, following = [], f"{slots_path(tutor)}?{query_string}&page_size={size}"
    while following:
        answer = call("GET", following)
        pages.append(answer.json["results"])
        following = answer.json["next"]
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert [slot for page in pages for slot in page] == everything


@pytest.mark.parametrize(("size", "complaint"), [("0", "większa lub równa 1"), ("501", "mniejsza lub równa 500")])
def test_the_page_size_is_limited(people: People, size: str, complaint: str) -> None:
    answer = call("GET", f"{slots_path(people.tutor())}?page_size={size}")
    assert (answer.status, answer.json) == (400, {"page_size": [f"Upewnij się, że ta wartość jest {complaint}."]})


def test_slots_take_one_statement(people: People, tutor: Person) -> None:
    session(tutor, at(today() + 2 * DAY, 10), kind="group", seats=3)
    with statements() as sent:
        assert slots(tutor, f"from={today()}&to={today() + 62 * DAY}&page_size=500")
    assert len(sent) == 1, sent
