"""The calendar entries in emails about bookings."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.mail.handler import handler as send_mails
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.booking_rows import FAR, PENDING, insert_booking
from tests.support.notifications import dispatch
from tests.support.people import Person, query
from tests.support.sent_emails import entry, read, sent, sent_to


def test_a_confirmed_booking_adds_an_entry_for_both_people(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    insert_booking(student, tutor).change("confirmed")
    for mail, person, other in zip(sent(), (student, tutor), ("Jan Kowalski", "Ola Nowak"), strict=True):
        calendar = entry(mail)
        assert calendar.method.value == "REQUEST"
        [event] = calendar.vevent_list
        assert (event.dtstart.value, event.dtend.value) == (FAR, FAR + timedelta(hours=1))
        assert event.summary.value == f"Korepetycje: {other}"
        assert event.location.value == event.url.value == "https://meet.jit.si/abc"
        assert (event.status.value, event.sequence.value) == ("CONFIRMED", "0")
        assert event.organizer.value == "mailto:no-reply@localhost"
        assert [each.value for each in event.attendee_list] == [f"mailto:{person.email}"]
        assert event.dtstart.serialize().strip() == "DTSTART:20350110T130000Z"


def test_an_entry_keeps_its_uid_and_its_sequence_increases(pair: tuple[Person, Person]) -> None:
    student, _tutor = pair
    booked = insert_booking(*pair, **PENDING)
    booked.change("requested")
    assert sent_to(student) == []
    booked.become("confirmed")
    booked.change("confirmed", "tutor", from_state="pending")
    sent_to(student)
    for days in (1, 2):
        before = booked.move(FAR + timedelta(days=days))
        booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=before)
        sent_to(student)
    booked.cancel("tutor")
    entries = [entry(mail) for mail in sent_to(student)]
    assert [each.method.value for each in entries] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [each.vevent.status.value for each in entries] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [int(each.vevent.sequence.value) for each in entries] == [0, 1, 2, 3]
    assert len({each.vevent.uid.value for each in entries}) == 1
    starts = [each.vevent.dtstart.value - FAR for each in entries]
    assert starts == [timedelta(days=days) for days in (0, 1, 2, 2)]


@pytest.mark.parametrize("kind", ["move_proposed", "move_declined", "move_withdrawn", "move_expired"])
def test_mails_about_proposals_have_no_entry(pair: tuple[Person, Person], kind: str) -> None:
    """Calendars would show the current time as an invitation below a mail about another time."""
    booked = insert_booking(*pair)
    booked.change("confirmed")
    told = len(sent())
    booked.change(kind, "system", from_state="confirmed")
    mails = sent()[told:]
    assert mails
    assert [entry(mail) for mail in mails] == [None] * len(mails)


def test_of_several_waiting_emails_only_the_last_changes_the_calendar(pair: tuple[Person, Person]) -> None:
    booked = insert_booking(*pair)
    booked.change("confirmed")
    before = booked.move(FAR + timedelta(days=1))
    booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=before)
    booked.cancel("tutor")
    mails = sent_to(pair[0])
    assert [read(mail).subject.partition(":")[0] for mail in mails] == [
        "Rezerwacja potwierdzona",
        "Zmiana terminu zajęć",
        "Zajęcia odwołane",
    ]
    assert [read(mail).subject.partition(", ")[2].split(" o ")[0] for mail in mails] == [
        "w środę 10 stycznia 2035",
        "w czwartek 11 stycznia 2035",
        "w czwartek 11 stycznia 2035",
    ]
    assert [entry(mail) and entry(mail).method.value for mail in mails] == [None, None, "CANCEL"]


def test_a_new_time_that_awaits_the_tutor_is_tentative_and_its_expiry_removes_the_entry(
    pair: tuple[Person, Person],
) -> None:
    booked = insert_booking(*pair)
    booked.change("confirmed")
    sent_to(pair[0])
    before = booked.move(FAR + timedelta(days=1))
    booked.become("pending", awaiting="tutor", expires_at=FAR)
    booked.change("rescheduled", "student", from_state="confirmed", to_state="pending", old_starts_at=before)
    assert entry(sent_to(pair[0])[-1]).vevent.status.value == "TENTATIVE"
    booked.become("expired", sequence=2)
    booked.change("expired", "system", from_state="pending")
    assert entry(sent_to(pair[0])[-1]).method.value == "CANCEL"


@pytest.mark.parametrize("kind", ["requested", "offered"])
def test_an_unconfirmed_booking_has_no_entry(pair: tuple[Person, Person], kind: str) -> None:
    awaiting = {"requested": "tutor", "offered": "student"}[kind]
    insert_booking(*pair, **{**PENDING, "awaiting": awaiting}).change(kind)
    [mail] = sent()
    assert entry(mail) is None
    assert mail.get_content_type() == "multipart/alternative"


def test_a_session_in_person_has_its_location(pair: tuple[Person, Person]) -> None:
    session = {"form": "in_person", "location": "Rzeszów, ul. Żółwia 1; II p.", "meeting_url": ""}
    insert_booking(*pair, session=session).change("confirmed")
    [mail] = sent_to(pair[0])
    event = entry(mail).vevent
    assert event.location.value == "Rzeszów, ul. Żółwia 1; II p."
    assert not hasattr(event, "url")
    assert "Gdzie: Rzeszów, ul. Żółwia 1; II p." in read(mail).text


def test_mails_have_the_tutor_s_time_and_entries_utc(pair: tuple[Person, Person]) -> None:
    query("UPDATE booking_terms SET time_zone = 'Asia/Kathmandu'")
    insert_booking(*pair).change("confirmed")
    [mail] = sent_to(pair[1])
    assert "w środę 10 stycznia 2035 o 18:45 (Asia/Kathmandu)" in read(mail).text
    assert entry(mail).vevent.dtstart.value == FAR


def test_the_organizer_is_the_sender(pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "Żak i spółka <poczta@korepetycje.example>")
    read_settings_again()
    insert_booking(*pair).change("confirmed")
    event = entry(sent_to(pair[0])[0]).vevent
    assert event.organizer.value == "mailto:poczta@korepetycje.example"
    assert event.organizer.params["CN"] == ["Żak i spółka"]


def test_mails_with_entries_are_seven_bit(pair: tuple[Person, Person]) -> None:
    insert_booking(*pair).change("confirmed")
    dispatch()
    send_mails({}, None)
    for path in Path(urlsplit(settings().mail_url).path).glob("*.eml"):
        raw = path.read_bytes()
        assert raw.isascii()
        assert max(map(len, raw.splitlines())) < 998
