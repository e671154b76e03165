"""People's own texts in calendars: unchanged, but without characters that make strict programs refuse the feed."""

import re
from collections.abc import Callable
from typing import Any

import icalendar
import pytest
import vobject

from tests.functions.notifications.test_calendar_feeds import call, create_feed
from tests.support.booking_rows import insert_booking
from tests.support.people import People, query
from tests.support.sent_emails import content, sent

# RFC 5545, section 3.1: a line contains no CONTROL characters; many parsers end lines at other line breaks too.
NOT_IN_LINES = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
CONTROLS = [chr(number) for number in (*range(1, 32), *range(127, 160))] + ["\u2028", "\u2029", "\r\n", "\x0b\x0b"]


def strictly_read(body: bytes) -> icalendar.Component:
    """Return the only event of a calendar, after checking that every line is one for any parser."""
    lines = body.decode().removesuffix("\r\n").split("\r\n")
    assert [line for line in lines if NOT_IN_LINES.search(line)] == []
    assert lines == body.decode().splitlines()
    [event] = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert event.errors == []
    assert vobject.readOne(body.decode()).vevent.summary.value == event["summary"]
    found: icalendar.Component = event
    return found


def of_feed(people: People, **names: Any) -> bytes:
    student = people.student(**names)
    insert_booking(student, people.tutor(**names), session=PLACE)
    return call("GET", create_feed(student)).body


def of_mail(people: People, **names: Any) -> bytes:
    insert_booking(people.student(**names), people.tutor(**names), session=PLACE, note="a\x0bb").change("confirmed")
    return next(content(part) for part in sent()[0].walk() if part.get_content_type() == "text/calendar")


PLACE: dict[str, Any] = {"form": "in_person", "meeting_url": ""}


@pytest.mark.parametrize("calendar", [of_feed, of_mail])
def test_control_characters_in_a_location_or_name_are_removed(
    people: People, calendar: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "a" + "b".join(CONTROLS) + "c"
    monkeypatch.setitem(PLACE, "location", place)
    event = strictly_read(calendar(people, first_name="Jan\x0b\x85Ola", last_name="K\u2028\x01\x7fot"))
    assert event["location"] == "a" + " b" * (len(CONTROLS) - 1) + " c"
    assert event["summary"] == "Korepetycje: Jan Ola K ot"


@pytest.mark.parametrize("calendar", [of_feed, of_mail])
def test_joiners_are_kept_and_characters_that_reverse_text_are_removed(
    people: People, calendar: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PLACE, "location", "می\u200cدان 👨\u200d👩\u200d👧 \u202eabc\u2066")
    event = strictly_read(calendar(people, first_name="علی\u200cرضا", last_name="👩\u200d🔬\u202e\u200b"))
    assert event["location"] == "می\u200cدان 👨\u200d👩\u200d👧 abc"
    assert event["summary"] == "Korepetycje: علی\u200cرضا 👩\u200d🔬"


def test_a_location_of_control_characters_is_left_out(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLACE, "location", "\x01\x0b")
    assert "location" not in strictly_read(of_feed(people))


def test_control_characters_in_a_location_note_or_reason_become_spaces_in_a_mail(people: People) -> None:
    booked = insert_booking(
        people.student(), people.tutor(), session={**PLACE, "location": "II\x0bp.\x1b[2J"}, note="a\x01b\u202ec"
    )
    booked.change("confirmed")
    booked.cancel("tutor", reason="x\x7fy\x85z")
    for mail in sent():
        for part in mail.walk():
            if part.get_content_maintype() == "text" and part.get_content_subtype() != "calendar":
                text = content(part).decode()
                assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text) is None
                assert "II p. [2J" in text
    assert query("SELECT location FROM tutoring_sessions") == [("II\x0bp.\x1b[2J",)]
