"""A search by free time returns exactly the tutors who can be booked at that time."""

from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from functions.availability.handler import handler as availability
from functions.bookings.handler import handler as bookings
from functions.tutors.data import free_time_search
from tests.support.lambda_client import LambdaClient
from tests.support.people import People, Person, query
from tests.support.tutor_calendars import agree, offer, take, tomorrow
from tests.support.tutor_search import pages

slots_of, book = LambdaClient(availability), LambdaClient(bookings)
# Enough that every search finds some, on any day of the week.
TUTORS = 48
DAYS = 7
ZONES = ("Europe/Warsaw", "America/New_York", "Asia/Kathmandu")


def populate(people: People, chance: Random) -> list[Person]:
    """Make tutors of all kinds with half of their time taken."""
    tutors = []
    for _ in range(TUTORS):
        settings = {
            name: chance.random() < 0.75 for name in ("online_sessions", "in_person_sessions", "group_sessions")
        }
        tutor = people.tutor(tutor=settings | {"price": chance.randrange(200)})
        agree(
            tutor,
            time_zone=chance.choice(ZONES),
            session_lengths=chance.choice(([60], [45, 90], [30, 60, 120])),
            slot_step=chance.choice((15, 30, 45)),
            buffer_before=chance.choice((0, 10)),
            buffer_after=chance.choice((0, 30)),
            minimum_notice=chance.choice((60, 60, 2_880)),
            booking_window=chance.choice((2, 30)),
            max_per_day=chance.choice((None, 1)),
            max_per_week=chance.choice((None, 2)),
            confirmation=chance.choice(("automatic", "manual")),
        )
        for day in range(1, DAYS + 2):
            hour = chance.randrange(6, 20)
            offer(
                tutor, tomorrow(hour, days=day), chance.choice((30, 60, 90, 180)), chance.choice(("rule", "explicit"))
            )
            if chance.random() < 0.5:
                take(tutor, tomorrow(hour, chance.choice((0, 15, 30)), days=day), chance.choice((30, 60)))
        tutors.append(tutor)
    return tutors


def slots(tutor_id: int, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tutor's free slots that fit, as a client finds them day by day."""
    starts_at, zone = datetime.now(ZoneInfo(asked["free_tz"])), ZoneInfo(asked["free_tz"])
    parameters = {"tz": asked["free_tz"], "from": starts_at.isoformat()}
    if "free_length" in asked:
        parameters["length"] = asked["free_length"]
    answer = slots_of("GET", f"/api/availability/tutors/{tutor_id}/slots/?page_size=500&{urlencode(parameters)}")
    return [slot for slot in answer.json["results"] if _fits(slot, asked, zone)] if answer.status == 200 else []


def _fits(slot: dict[str, Any], asked: dict[str, Any], zone: ZoneInfo) -> bool:
    """A seat in an existing group does not count as free time."""
    if slot.get("session"):
        return False
    starts_at, ends_at = (datetime.fromisoformat(slot[name]).astimezone(zone) for name in ("start_time", "end_time"))
    end = "24:00" if ends_at.date() > starts_at.date() and f"{ends_at:%H:%M}" == "00:00" else f"{ends_at:%H:%M}"
    one_day = ends_at.date() == starts_at.date() or end == "24:00"
    weekday = str(starts_at.isoweekday()) in asked["free_weekdays"].split(",")
    return one_day and weekday and asked["free_from"] <= f"{starts_at:%H:%M}" and end <= asked["free_to"]


SEARCHES: list[dict[str, Any]] = [
    {"free_from": "08:00", "free_to": "12:00", "free_weekdays": "1,2,3,4,5,6,7", "free_tz": "UTC"},
    {"free_from": "16:00", "free_to": "18:00", "free_weekdays": "1,3,5,7", "free_tz": "Europe/Warsaw"},
    {"free_from": "00:00", "free_to": "23:00", "free_weekdays": "2,6", "free_tz": "Asia/Tokyo"},
    {"free_from": "07:30", "free_to": "20:15", "free_weekdays": "1,2,3,4,5", "free_tz": "UTC", "free_length": 90},
    {"free_from": "12:00", "free_to": "13:00", "free_weekdays": "1,2,3,4,5,6,7", "free_tz": "UTC", "free_length": 60},
]


@pytest.mark.parametrize("few", [0, 1_000], ids=["by order", "by time"])
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(2, 40))])
def test_exactly_the_bookable_tutors_are_found(
    people: People, monkeypatch: pytest.MonkeyPatch, seed: int, few: int
) -> None:
    monkeypatch.setattr(free_time_search, "SELECTIVE_ITEMS", few)
    chance = Random(seed)
    tutors = populate(people, chance)
    booked = 0
    for asked in SEARCHES:
        found = {
            tutor_id for page in pages(urlencode(asked | {"free_within": DAYS, "page_size": 7})) for tutor_id in page
        }
        could = {tutor.tutor_id: slots(tutor.tutor_id, asked) for tutor in tutors}
        assert found == {tutor_id for tutor_id, free in could.items() if free}, asked
        for tutor_id in sorted(found):
            book_one(people.student(), tutor_id, could[tutor_id][0])
            booked += 1
    assert booked > len(SEARCHES)
    assert query("SELECT count(*) FROM bookings") == [(booked,)]


def book_one(student: Person, tutor_id: int, slot: dict[str, Any]) -> None:
    """Book the slot; a tutor who teaches only groups is booked for one."""
    body = {name: slot[name] for name in ("start_time", "end_time", "kind")} | {"tutor": tutor_id}
    answer = book("POST", "/api/reservation/reservation/", token=student.access, json_body=body)
    assert answer.status == 201, answer
