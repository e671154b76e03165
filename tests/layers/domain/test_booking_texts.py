"""Polish words for people and times."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.domain.booking_events import Person
from shared.domain.booking_texts import day_and_time, day_time_and_zone, full_name

WARSAW = ZoneInfo("Europe/Warsaw")


def person(first_name: str, last_name: str) -> Person:
    return Person(uuid4(), "x@example.com", first_name, last_name, WARSAW)


def test_days_are_written_as_in_a_polish_sentence() -> None:
    monday = datetime(2035, 1, 1, 11, tzinfo=UTC)
    spoken = [day_and_time(monday + timedelta(days=31 * number), WARSAW) for number in range(12)]
    assert spoken == [
        "w poniedziałek 1 stycznia 2035 o 12:00",
        "w czwartek 1 lutego 2035 o 12:00",
        "w niedzielę 4 marca 2035 o 12:00",
        "w środę 4 kwietnia 2035 o 13:00",
        "w sobotę 5 maja 2035 o 13:00",
        "we wtorek 5 czerwca 2035 o 13:00",
        "w piątek 6 lipca 2035 o 13:00",
        "w poniedziałek 6 sierpnia 2035 o 13:00",
        "w czwartek 6 września 2035 o 13:00",
        "w niedzielę 7 października 2035 o 13:00",
        "w środę 7 listopada 2035 o 12:00",
        "w sobotę 8 grudnia 2035 o 12:00",
    ]


def test_a_zone_other_than_the_default_is_named() -> None:
    moment = datetime(2035, 1, 1, 23, 30, tzinfo=UTC)
    assert day_and_time(moment, WARSAW) == "we wtorek 2 stycznia 2035 o 00:30"
    assert day_and_time(moment, ZoneInfo("UTC")) == "w poniedziałek 1 stycznia 2035 o 23:30 (UTC)"


def test_a_mail_names_every_zone() -> None:
    moment = datetime(2035, 1, 1, 23, 30, tzinfo=UTC)
    assert day_time_and_zone(moment, WARSAW) == "we wtorek 2 stycznia 2035 o 00:30 (Europe/Warsaw)"
    assert day_time_and_zone(moment, ZoneInfo("UTC")) == "w poniedziałek 1 stycznia 2035 o 23:30 (UTC)"


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("2027-10-30T23:59", "Europe/Warsaw", "01:59"),
        ("2027-10-31T00:30", "Europe/Warsaw", "02:30 UTC+02:00"),
        ("2027-10-31T01:30", "Europe/Warsaw", "02:30 UTC+01:00"),
        ("2027-10-31T02:00", "Europe/Warsaw", "03:00"),
        ("2027-03-28T01:00", "Europe/Warsaw", "03:00"),
        ("2027-11-07T05:15", "America/New_York", "01:15 UTC-04:00"),
        ("2027-04-03T14:30", "Australia/Lord_Howe", "01:30 UTC+11:00"),
        ("2027-10-31T00:30", "Asia/Kolkata", "06:00"),
    ],
)
def test_a_repeated_time_is_shown_with_its_offset(moment: str, zone: str, expected: str) -> None:
    said = day_time_and_zone(datetime.fromisoformat(f"{moment}Z"), ZoneInfo(zone), "en")
    assert said.endswith(f" at {expected} ({zone})")


@pytest.mark.parametrize(
    ("first_name", "last_name", "expected"),
    [
        ("Łucja", "Śliwa-Kowalska", "Łucja Śliwa-Kowalska"),
        ("Anna Maria", "", "Anna Maria"),
        ("", "O'Neil", "O'Neil"),
        ("", "", "uczeń"),
        ("Dr. Jan", "Kot", "Dr. Jan Kot"),
        ("J. K.", "", "J. K."),
        ("J.K.", "Rowling", "J.K. Rowling"),
        ("Anna (mama Oli) & Piotr", "Nowak, 2b", "Anna (mama Oli) & Piotr Nowak, 2b"),
        ("evil.example", "Nowak", "Nowak"),
        ("Wejdź na EVIL.pl/x teraz", "", "Wejdź na teraz"),
        ("evil。com", "ftp://x", "uczeń"),
        ("www.x", "ola@example.com", "uczeń"),
        ("ev\u200bil.e\u200bxample", "evil.<x>yz", "uczeń"),
        ("<b>Ola</b>", "\u202eNowak\0", "bOla/b Nowak"),
        ("Ola", "x" * 41, "Ola " + "x" * 40),
        ("Ola 👩\u200d🔬", "❤️\u200d🔥", "Ola 👩\u200d🔬 ❤️\u200d🔥"),
        ("علی\u200cرضا", "می\u200cخواه", "علی\u200cرضا می\u200cخواه"),
        ("ශ්\u200dරී", "ക്\u200d", "ශ්\u200dරී ക്\u200d"),
        ("O\u200dl\u200ca\u200d", "\u200d\u200cŁ\u200dódź", "Ola Łódź"),
        ("ع\u200d\u200d\u200dلی", "\u200c", "ع\u200dلی"),
        ("ع\u200bل\u200e\u200fی\u202e\u2066\u00ad", "\ufeff\u2060", "علی"),
        ("👩\u200d.\u200de\u200dvil", "ع\u200d.pl", "uczeń"),
        ("ع" * 39 + "\u200dل", "", "ع" * 39),
        ("Ola\r\nBcc: x", " \u2028\tNowak ", "Ola Bcc: x Nowak"),
    ],
)
def test_a_person_is_called_by_name_or_by_role(first_name: str, last_name: str, expected: str) -> None:
    assert full_name(person(first_name, last_name), "student") == expected


def test_a_deleted_person_is_called_by_role() -> None:
    assert full_name(None, "tutor") == "korepetytor"
