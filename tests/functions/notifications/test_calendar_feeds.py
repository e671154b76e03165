"""Calendar feeds: private, revocable, and readable by calendar programs."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
import vobject

from functions.notifications.handler import handler
from tests.conftest import read_settings_again
from tests.support.booking_rows import FAR, PENDING, insert_booking, insert_bookings
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import while_account_goes
from tests.support.people import People, Person, query

call = LambdaClient(handler)
PATH = "/api/reservation/calendar/"


def create_feed(person: Person) -> str:
    """Create a feed and return its path."""
    answer = call("POST", PATH, token=person.access)
    assert answer.status == 201
    assert set(answer.json) == {"url", "created_at"}
    path: str = urlsplit(answer.json["url"]).path
    return path


def events(answer: Answer) -> list[vobject.base.Component]:
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = vobject.readOne(answer.body.decode())
    assert calendar.method.value == "PUBLISH"
    found: list[vobject.base.Component] = calendar.contents.get("vevent", [])
    return found


def test_an_account_that_is_being_deleted_gets_no_feed(people: People) -> None:
    student = people.student()
    answer = while_account_goes(student, lambda: call("POST", PATH, token=student.access))
    assert (answer.status, answer.json["code"]) == (401, "user_not_found")


def test_a_feed_is_created_found_replaced_and_deleted(people: People) -> None:
    student = people.student()
    assert call("GET", PATH, token=student.access).status == 404
    first = create_feed(student)
    assert call("GET", PATH, token=student.access).json.keys() == {"created_at"}
    assert events(call("GET", first)) == []
    second = create_feed(student)
    assert second != first
    assert (call("GET", first).status, call("GET", second).status) == (404, 200)
    assert call("DELETE", PATH, token=student.access).status == 200
    assert call("GET", second).status == 404
    assert call("DELETE", PATH, token=student.access).status == 404


def test_only_the_hash_of_the_secret_is_stored(people: People) -> None:
    token = create_feed(people.student()).rpartition("/")[2].removesuffix(".ics")
    assert len(token) == 43
    assert query("SELECT token_hash FROM calendar_feeds") == [(hashlib.sha256(token.encode()).digest(),)]


def test_the_url_of_a_feed_has_the_public_host(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    student = people.student()
    assert call("POST", PATH, token=student.access).json["url"].startswith(f"https://api.example.com{PATH}")
    for known, host in (("origin-secret", "viewers.example"), ("", "api.example.com")):
        monkeypatch.setenv("ORIGIN_SECRET", known)
        read_settings_again()
        headers = {"x-viewer-host": "viewers.example", "x-origin-secret": "origin-secret"}
        url = call("POST", PATH, token=student.access, headers=headers).json["url"]
        assert url.startswith(f"https://{host}{PATH}")
    monkeypatch.setenv("PUBLIC_URL", "https://korepetycje.example/")
    read_settings_again()
    assert call("POST", PATH, token=student.access).json["url"].startswith(f"https://korepetycje.example{PATH}")


def test_both_people_see_the_booking_with_the_other_s_name(people: People) -> None:
    student, tutor = people.student(), people.tutor(first_name="Żaneta", last_name="Łoś")
    booked = insert_booking(student, tutor, sequence=2)
    for person, summary in ((student, "Korepetycje: Żaneta Łoś"), (tutor, "Korepetycje: Ola Nowak")):
        [event] = events(call("GET", create_feed(person)))
        assert event.summary.value == summary
        assert event.dtstart.value == FAR
        assert event.dtend.value == FAR + timedelta(hours=1)
        assert event.uid.value.startswith(f"booking-{booked.id}-")
        assert (event.sequence.value, event.status.value) == ("2", "CONFIRMED")
        assert event.location.value == "https://meet.jit.si/abc"


def test_a_feed_contains_the_last_90_days_and_the_whole_future(people: People) -> None:
    student, tutor = people.student(), people.tutor()
    now = datetime.now(UTC).replace(microsecond=0)
    old, recent = now - timedelta(days=91), now - timedelta(days=89)
    insert_booking(student, tutor, old, state="completed")
    insert_booking(student, tutor, recent, state="completed")
    insert_booking(student, tutor, recent + timedelta(days=1), state="no_show")
    insert_booking(student, tutor, FAR, **PENDING)
    offered: dict[str, Any] = {**PENDING, "awaiting": "student"}
    insert_booking(student, tutor, FAR + timedelta(days=1), **offered)
    gone: dict[str, Any] = {"session": {"taken": False}}
    insert_booking(student, tutor, FAR + timedelta(days=2), state="cancelled", **gone)
    insert_booking(student, tutor, FAR + timedelta(days=3), state="expired", **gone)
    insert_booking(people.student(), people.tutor())
    for person in (student, tutor):
        found = [
            (event.dtstart.value, event.status.value, "location" in event.contents, "url" in event.contents)
            for event in events(call("GET", create_feed(person)))
        ]
        assert sorted(found) == [
            (recent, "CONFIRMED", True, True),
            (recent + timedelta(days=1), "CONFIRMED", True, True),
            (FAR, "TENTATIVE", False, False),
        ]


def test_the_largest_feed_is_read_by_two_parsers_and_has_the_latest_sessions(people: People) -> None:
    student, tutor = people.student(), people.tutor(first_name="Żaneta", last_name="Łoś")
    insert_bookings(student, tutor, 2_005)
    answer = call("GET", create_feed(student))
    starts = [FAR + timedelta(hours=2 * number) for number in range(5, 2_005)]
    assert sorted(event.dtstart.value for event in events(answer)) == starts
    calendar = icalendar.Calendar.from_ical(answer.body)
    assert calendar.errors == []
    assert (calendar.decoded("refresh-interval"), calendar["x-published-ttl"]) == (timedelta(hours=1), "PT1H")
    read = calendar.walk("VEVENT")
    assert [event.errors for event in read if event.errors] == []
    assert sorted(event.decoded("dtstart") for event in read) == starts
    assert {event["summary"] for event in read} == {"Korepetycje: Żaneta Łoś"}
    assert len({event["uid"] for event in read}) == 2_000


def test_a_saved_feed_is_not_named_after_its_secret(people: People) -> None:
    answer = call("GET", create_feed(people.student()))
    assert answer.headers["content-disposition"] == 'inline; filename="calendar.ics"'


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_feed_is_compressed(people: People, coding: str) -> None:
    student = people.student()
    insert_bookings(student, people.tutor(), 20)
    path = create_feed(student)
    plain, answer = call("GET", path), call("GET", path, headers={"accept-encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["etag"] == plain.headers["etag"]
    assert len(answer.body) < len(plain.body) / 4


def test_an_unchanged_calendar_is_not_sent_again(people: People) -> None:
    student = people.student()
    booked = insert_booking(student, people.tutor())
    path = create_feed(student)
    first = call("GET", path)
    assert first.headers["cache-control"] == "private, no-cache"
    again = call("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    booked.move(FAR + timedelta(days=1))
    assert call("GET", path, headers={"if-none-match": first.headers["etag"]}).status == 200


def test_a_feed_can_be_read_with_and_without_a_slash_and_by_head(people: People) -> None:
    path = create_feed(people.student())
    assert [call(method, target).status for method in ("GET", "HEAD") for target in (path, f"{path}/")] == [200] * 4
    assert call("POST", path).status == 405


@pytest.mark.parametrize(
    "token", ["x", "x" * 43, "x" * 44, "%00" * 43, "%F0%9F%91%8B", "ż", "..", "x" * 5000, "%2E%2E%2F", "null"]
)
def test_an_unknown_secret_is_not_found(people: People, token: str) -> None:
    create_feed(people.student())
    assert call("GET", f"{PATH}{token}.ics").status == 404


def test_lines_are_folded_and_terminated_as_in_rfc_5545(people: People) -> None:
    student = people.student()
    insert_booking(student, people.tutor(), session={"location": "ul. Żółwia 1; piętro 2, " * 8, "meeting_url": ""})
    body = call("GET", create_feed(student)).body
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in body.replace(b"\r\n", b"")
    [event] = events(call("GET", create_feed(student)))
    assert event.location.value == "ul. Żółwia 1; piętro 2, " * 8


def test_a_feed_is_deleted_with_the_account(people: People) -> None:
    student = people.student()
    path = create_feed(student)
    query("DELETE FROM users WHERE id = %s", student.id)
    assert call("GET", path).status == 404
