"""Lists of bookings, a booking with its history, and earnings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.bookings.data.queries import BookingFilter, Side, list_statement
from shared.kit.db.pool import connection
from tests.support.booking_client import RESERVATIONS, at, booked, call, free_tutor, post, shift, terms
from tests.support.booking_rows import FAR, insert_booking
from tests.support.people import People, Person, query


def read(person: Person, path: str) -> Any:
    answer = call("GET", f"{RESERVATIONS}{path}", token=person.access)
    assert answer.status == 200, answer
    return answer.json


def test_both_sides_see_the_booking(people: People) -> None:
    tutor, student = free_tutor(people), people.student(first_name="Łucja", picture="uploads/user/x.webp")
    reservation = booked(student, tutor, at(10))
    [seen] = read(student, "user/me/")
    [served] = read(tutor, "tutor/me/")
    common = reservation.keys() - {"user", "tutor", "schedule_item"}
    assert {name: seen[name] for name in common} == {name: reservation[name] for name in common}
    assert {name: served[name] for name in common} == {name: reservation[name] for name in common}
    assert (seen["user"], served["tutor"]) == (str(student.id), tutor.tutor_id)
    assert served["user"] == {
        "id": str(student.id),
        "first_name": "Łucja",
        "last_name": "Nowak",
        "profile_image": "/static/media/uploads/user/x.webp",
    }
    assert seen["tutor"].keys() == {"id", "first_name", "last_name", "profile_image"}
    times = {name: reservation[name] for name in ("start_time", "end_time")}
    assert seen["schedule_item"] == served["schedule_item"] == {"id": None, **times, "is_reserved": True}
    assert read(tutor, "user/me/") == []


def test_filters_and_order(people: People) -> None:
    tutor, student = free_tutor(people, days=3), people.student()
    first, second, third = (booked(student, tutor, at(10, day))["id"] for day in (1, 0, 2))
    post(student, f"{third}/cancel/")
    shift(first, timedelta(days=-60))
    for person, path in ((student, "user/me/"), (tutor, "tutor/me/")):

        def ids(query_string: str, person: Person = person, path: str = path) -> list[int]:
            return [each["id"] for each in read(person, path + query_string)]

        assert ids("") == [third, second, first]
        assert ids("?when=upcoming") == [second]
        assert ids("?when=upcoming&state=cancelled") == []
        assert ids("?when=upcoming&state=confirmed") == [second]
        assert ids("?when=past") == [first]
        assert ids("?is_confirmed=true") == [second, first]
        assert ids("?is_confirmed=False") == [third]
        assert ids("?state=cancelled") == [third]
        assert ids("?state=cancelled&state=confirmed") == [third, second, first]
        assert ids("?state=cancelled&state=pending&state=cancelled") == [third]
        assert ids("?state=expired,%20confirmed,&when=upcoming") == [second]
        assert ids("?state=") == ids("?state=,") == [third, second, first]
        page = read(person, f"{path}?page_size=2&p=2")
        assert (page["count"], page["next"], [each["id"] for each in page["results"]]) == (3, None, [first])
        assert page["previous"] == f"{RESERVATIONS}{path}?p=1&page_size=2"
        page = read(person, f"{path}?page_size=1&state=expired,confirmed&is_confirmed=1&state=cancelled&state=pending")
        filters = "is_confirmed=true&state=expired&state=confirmed&state=cancelled&state=pending"
        assert (page["count"], page["next"]) == (2, f"{RESERVATIONS}{path}?p=2&page_size=1&{filters}")
        last = call("GET", page["next"], token=person.access).json
        assert [each["id"] for each in page["results"] + last["results"]] == [second, first]
        assert call("GET", f"{RESERVATIONS}{path}?p=9", token=person.access).status == 404
        bad = call("GET", f"{RESERVATIONS}{path}?state=x&when=y&is_confirmed=z", token=person.access)
        assert (bad.status, set(bad.json)) == (400, {"state", "when", "is_confirmed"})
        for wrong in ("state=confirmed,x", "state=x&state=confirmed", "state=confirmed%00", "state=Confirmed"):
            answer = call("GET", f"{RESERVATIONS}{path}?{wrong}", token=person.access)
            assert (answer.status, list(answer.json)) == (400, ["state"])
    assert call("GET", f"{RESERVATIONS}tutor/me/", token=student.access).status == 403


@pytest.mark.parametrize(("recorded", "pages"), [("user/me/", "student/me/"), ("tutor/me/", "tutor/me/")])
def test_paged_lists_have_the_same_bookings_as_the_recorded_ones(people: People, recorded: str, pages: str) -> None:
    tutor, student = free_tutor(people), people.student()
    for hour in (8, 10, 12):
        booked(student, tutor, at(hour))
    person, path = student if pages.startswith("student") else tutor, f"/api/reservation/{pages}"
    page = call("GET", f"{path}?state=confirmed&page_size=2", token=person.access).json
    assert page == {
        "count": 3,
        "next": f"{path}?p=2&page_size=2&state=confirmed",
        "previous": None,
        "results": [each | {"proposal": None} for each in read(person, recorded)[:2]],
    }
    assert call("GET", path, token=person.access).json["results"] == [
        each | {"proposal": None} for each in read(person, recorded)
    ]
    unknown = call("GET", f"{path}?stat=confirmed", token=person.access)
    assert (unknown.status, unknown.json["code"]) == (400, "unknown_field")
    assert call("GET", f"{RESERVATIONS}{recorded}?stat=confirmed", token=person.access).status == 200


def test_without_a_page_size_a_list_has_the_newest_hundred(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    for hours in range(110):
        insert_booking(student, tutor, FAR + timedelta(hours=hours))
    assert len(read(student, "user/me/")) == 100
    assert read(student, "user/me/?page_size=100")["count"] == 110


def test_a_list_is_one_statement_that_uses_an_index(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booked(student, tutor, at(10))
    sides: tuple[tuple[Side, Any], ...] = (("student", student.id), ("tutor", tutor.tutor_id))
    for side, me in sides:
        statement = list_statement(side, BookingFilter(), with_proposals=True).text
        values = {"me": me, "size": 10, "offset": 0, "zone": "UTC"}
        with connection() as db, db.transaction():
            db.execute("SET LOCAL enable_seqscan = off")
            plan = "\n".join(row[0] for row in db.execute("EXPLAIN " + statement, values).fetchall())
        assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize("state", ["pending", "confirmed", "expired", "cancelled"])
def test_upcoming_lists_have_only_sessions_that_will_take_place(people: People, state: str) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    booking = booked(student, tutor, at(10))["id"]
    answer = "awaiting = 'tutor'" if state == "pending" else "awaiting = NULL, expires_at = NULL"
    query(f"UPDATE bookings SET state = %s, {answer}", state)
    will_be = [booking] if state in {"pending", "confirmed"} else []
    for person, path in ((student, "user/me/"), (tutor, "tutor/me/")):
        assert [each["id"] for each in read(person, f"{path}?when=upcoming")] == will_be
        assert read(person, f"{path}?when=past") == []


def test_only_the_two_people_see_details(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10), note="Całki")["id"]
    post(student, f"{booking}/reschedule/", {"start_time": at(12).isoformat(), "reason": "Korki"})
    for person in (tutor, student):
        shown = read(person, f"{booking}/")
        assert (shown["user"]["id"], shown["tutor"]["id"], shown["note"]) == (str(student.id), tutor.tutor_id, "Całki")
        [made, moved] = shown["changes"]
        assert (made["kind"], made["by"]) == ("confirmed", "student")
        assert (moved["kind"], moved["by"], moved["reason"]) == ("rescheduled", "student", "Korki")
        assert datetime.fromisoformat(moved["old_start_time"]) == at(10)
    for number in (booking, 10**15, 10**39):
        assert call("GET", f"{RESERVATIONS}{number}/", token=people.tutor().access).status == 404


def earnings(tutor: Person, year: int | str) -> Any:
    return call("GET", f"/api/reservation/earnings/me/?year={year}", token=tutor.access).json


def test_earnings_are_by_month_in_the_tutor_s_zone(people: People) -> None:
    tutor, student = free_tutor(people, days=2, group_price=40), people.student()
    terms(tutor, time_zone="Pacific/Auckland")
    done, group, other = (
        booked(student, tutor, at(1), 30),
        booked(student, tutor, at(4), kind="group"),
        people.student(),
    )
    member = booked(other, tutor, at(4), kind="group")
    last = booked(student, tutor, at(8))
    # The new year begins in Auckland at 11:00 UTC.
    eve = datetime(2034, 12, 31, 10, 29, tzinfo=UTC)
    for reservation, start in ((done, eve), (group, eve + timedelta(minutes=31)), (last, eve + timedelta(days=2))):
        shift(reservation["id"], start - datetime.fromisoformat(reservation["start_time"]))
    query("UPDATE bookings SET state = 'completed' WHERE id = ANY(%s)", [done["id"], group["id"], member["id"]])
    assert earnings(tutor, 2034) == {
        "year": 2034,
        "months": [
            {
                "month": "2034-12",
                "currency": "PLN",
                "earned": "50.00",
                "expected": "0.00",
                "hours": 0.5,
                "expected_hours": 0,
                "sessions": 1,
            }
        ],
    }
    [month] = earnings(tutor, 2035)["months"]
    assert (month["earned"], month["expected"], month["hours"], month["expected_hours"], month["sessions"]) == (
        "80.00",
        "100.00",
        1,
        1,
        2,
    )
    assert earnings(tutor, "")["year"] >= 2026
    assert earnings(people.tutor(), 9999) == {"year": 9999, "months": []}


@pytest.mark.parametrize("year", ["x", "0", "10000", "-1", "20355"])
def test_an_invalid_year_is_refused(people: People, year: str) -> None:
    answer = call("GET", f"/api/reservation/earnings/me/?year={year}", token=people.tutor().access)
    assert (answer.status, list(answer.json)) == (400, ["year"])
