"""Emails about bookings: what they say, and the entries they bring to calendars."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import vobject

from functions.mail.handler import handler as send_mails
from functions.notifications.dispatch_job import handler as dispatch
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.booking_rows import FAR, PENDING, Booked, book
from tests.support.people import People, Person, query
from tools.cloud.mail import Mail, read_mail

WHEN = "w środę 10 stycznia 2035 o 14:00"


@pytest.fixture
def pair(people: People) -> tuple[Person, Person]:
    return people.student(), people.tutor(first_name="Jan", last_name="Kowalski")


def sent() -> list[EmailMessage]:
    """Dispatch and send; every mail of the test so far, oldest first."""
    dispatch({}, None)
    send_mails({}, None)
    files = sorted(Path(urlsplit(settings().mail_url).path).glob("*.eml"))
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def to(person: Person) -> list[EmailMessage]:
    return [mail for mail in sent() if mail["To"] == person.email]


def read(mail: EmailMessage) -> Mail:
    return read_mail(mail.as_bytes())


def content(part: Message) -> bytes:
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw


def entry(mail: EmailMessage) -> Any:
    """The calendar entry of a mail, the same as alternative and as file; None without one."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    files = [part for part in mail.iter_attachments() if part.get_content_type() == "application/ics"]
    assert len(parts) == len(files)
    if not parts:
        return None
    [part], [file] = parts, files
    raw = content(part)
    assert raw == file.get_payload(decode=True)
    assert (part.get_content_charset(), file.get_filename()) == ("utf-8", "zajecia.ics")
    calendar = vobject.readOne(raw.decode())
    assert part.get_param("method") == calendar.method.value
    assert raw.count(b"\n") == raw.count(b"\r\n")
    return calendar


CASES: list[tuple[str, str, dict[str, Any], dict[str, Any], str, str, str]] = [
    # kind, actor, booking, change, reader, subject, part of the text
    ("requested", "student", PENDING, {}, "tutor", "Prośba o rezerwację: Ola Nowak", "Odpowiedz najpóźniej w piątek 5"),
    ("confirmed", "student", {}, {}, "student", "Rezerwacja potwierdzona: Jan Kowalski", "jest potwierdzona"),
    ("confirmed", "student", {}, {}, "tutor", "Nowa rezerwacja: Ola Nowak", "masz nową rezerwację"),
    (
        "cancelled",
        "tutor",
        {"state": "cancelled"},
        {"from_state": "pending", "reason": "Choruję.\nPrzepraszam!"},
        "student",
        "Prośba o rezerwację odrzucona: Jan Kowalski",
        "Powód: Choruję. Przepraszam!",
    ),
    (
        "cancelled",
        "tutor",
        {"state": "cancelled"},
        {"from_state": "confirmed"},
        "student",
        "Zajęcia odwołane: Jan Kowalski",
        "zostały odwołane",
    ),
    (
        "rescheduled",
        "student",
        {},
        {"from_state": "confirmed", "old_starts_at": FAR - timedelta(days=1)},
        "tutor",
        "Zmiana terminu zajęć: Ola Nowak",
        "Poprzednio we wtorek 9 stycznia 2035 o 14:00.",
    ),
    (
        "rescheduled",
        "tutor",
        {},
        {"from_state": "confirmed", "old_starts_at": FAR},
        "student",
        "Zmiana terminu zajęć: Jan Kowalski",
        "zmienił się termin Twoich zajęć. Zaczynają się o tej samej porze, trwają teraz 60 min.",
    ),
    (
        "offered",
        "system",
        {**PENDING, "awaiting": "student"},
        {},
        "student",
        "Zwolniło się miejsce: Jan Kowalski",
        "Potwierdź swój udział najpóźniej w piątek 5 stycznia 2035 o 14:00.",
    ),
    (
        "expired",
        "system",
        {"state": "expired"},
        {"from_state": "pending"},
        "student",
        "Prośba o rezerwację wygasła: Jan Kowalski",
        "wygasła bez odpowiedzi",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} by {case[1]} to {case[4]}")
def test_each_email_says_what_happened_and_the_facts(
    pair: tuple[Person, Person], case: tuple[str, str, dict[str, Any], dict[str, Any], str, str, str]
) -> None:
    kind, actor, booking, change, reader, subject, part = case
    student, tutor = pair
    book(student, tutor, **booking).change(kind, actor, **change)
    [mail] = [read(each) for each in to(student if reader == "student" else tutor)]
    assert mail.subject == f"{subject}, {WHEN}"
    other = "Korepetytor: Jan Kowalski" if reader == "student" else "Uczeń: Ola Nowak"
    facts = f"Kiedy: {WHEN}, 60 min", "Co: zajęcia indywidualne, online", "Cena: 80,00 PLN"
    for text in (part, other, *facts):
        assert text in mail.text
    name, _, value = other.partition(": ")
    for text in (name, value, WHEN):
        assert text in mail.html
    is_seated = booking.get("state", "confirmed") == "confirmed"
    assert ("\nGdzie: https://meet.jit.si/abc\n" in mail.text) == is_seated
    assert ("https://meet.jit.si/abc" in mail.html) == is_seated


@pytest.mark.parametrize("state", ["pending", "cancelled", "expired"])
def test_no_email_shows_the_room_to_somebody_without_a_seat(pair: tuple[Person, Person], state: str) -> None:
    """Not even one that was confirmed before: another may have the room by now."""
    booked = book(*pair)
    booked.change("confirmed")
    booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=FAR - timedelta(days=1))
    booked.become(state, **({"awaiting": "tutor", "expires_at": FAR} if state == "pending" else {}))
    steps = {"pending": "rescheduled", "cancelled": "cancelled", "expired": "expired"}
    booked.change(steps[state], "system", from_state="confirmed", to_state=state, old_starts_at=FAR)
    mails = sent()
    assert len(mails) >= 5
    for mail in mails:
        everything = b"".join(content(part) for part in mail.walk() if not part.is_multipart())
        assert b"meet.jit.si" not in everything


def test_a_confirmed_booking_brings_an_entry_to_both_calendars(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    book(student, tutor).change("confirmed")
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


def test_an_entry_keeps_its_uid_and_its_sequence_rises(pair: tuple[Person, Person]) -> None:
    student, _tutor = pair
    booked = book(*pair, **PENDING)
    booked.change("requested")
    assert to(student) == []
    booked.become("confirmed")
    booked.change("confirmed", "tutor", from_state="pending")
    to(student)
    for days in (1, 2):
        before = booked.move(FAR + timedelta(days=days))
        booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=before)
        to(student)
    booked.cancel("tutor")
    entries = [entry(mail) for mail in to(student)]
    assert [each.method.value for each in entries] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [each.vevent.status.value for each in entries] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [int(each.vevent.sequence.value) for each in entries] == [0, 1, 2, 3]
    assert len({each.vevent.uid.value for each in entries}) == 1
    starts = [each.vevent.dtstart.value - FAR for each in entries]
    assert starts == [timedelta(days=days) for days in (0, 1, 2, 2)]


def test_of_emails_that_waited_together_only_the_last_changes_the_calendar(pair: tuple[Person, Person]) -> None:
    booked = book(*pair)
    booked.change("confirmed")
    before = booked.move(FAR + timedelta(days=1))
    booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=before)
    booked.cancel("tutor")
    mails = to(pair[0])
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


def test_a_new_time_that_waits_for_the_tutor_is_tentative_and_its_end_takes_the_entry_away(
    pair: tuple[Person, Person],
) -> None:
    booked = book(*pair)
    booked.change("confirmed")
    to(pair[0])
    before = booked.move(FAR + timedelta(days=1))
    booked.become("pending", awaiting="tutor", expires_at=FAR)
    booked.change("rescheduled", "student", from_state="confirmed", to_state="pending", old_starts_at=before)
    assert entry(to(pair[0])[-1]).vevent.status.value == "TENTATIVE"
    booked.become("expired", sequence=2)
    booked.change("expired", "system", from_state="pending")
    assert entry(to(pair[0])[-1]).method.value == "CANCEL"


@pytest.mark.parametrize("kind", ["requested", "offered"])
def test_an_unconfirmed_booking_brings_no_entry(pair: tuple[Person, Person], kind: str) -> None:
    awaiting = {"requested": "tutor", "offered": "student"}[kind]
    book(*pair, **{**PENDING, "awaiting": awaiting}).change(kind)
    [mail] = sent()
    assert entry(mail) is None
    assert mail.get_content_type() == "multipart/alternative"


def test_a_meeting_in_person_has_its_place(pair: tuple[Person, Person]) -> None:
    session = {"form": "in_person", "location": "Rzeszów, ul. Żółwia 1; II p.", "meeting_url": ""}
    book(*pair, session=session).change("confirmed")
    [mail] = to(pair[0])
    event = entry(mail).vevent
    assert event.location.value == "Rzeszów, ul. Żółwia 1; II p."
    assert not hasattr(event, "url")
    assert "Gdzie: Rzeszów, ul. Żółwia 1; II p." in read(mail).text


def test_tutors_read_their_own_time_and_calendars_utc(pair: tuple[Person, Person]) -> None:
    query("UPDATE booking_terms SET time_zone = 'Asia/Kathmandu'")
    book(*pair).change("confirmed")
    [mail] = to(pair[1])
    assert "w środę 10 stycznia 2035 o 18:45 (Asia/Kathmandu)" in read(mail).text
    assert entry(mail).vevent.dtstart.value == FAR


def test_the_email_says_until_when_the_student_may_cancel(pair: tuple[Person, Person]) -> None:
    book(*pair).change("confirmed")
    assert "najpóźniej w środę 10 stycznia 2035 o 02:00." in read(to(pair[0])[0]).text


def test_the_organizer_is_the_sender(pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "Żak i spółka <poczta@korepetycje.example>")
    read_settings_again()
    book(*pair).change("confirmed")
    event = entry(to(pair[0])[0]).vevent
    assert event.organizer.value == "mailto:poczta@korepetycje.example"
    assert event.organizer.params["CN"] == ["Żak i spółka"]


def test_nobody_sees_the_other_person_s_address(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    book(student, tutor).change("confirmed")
    for mail in sent():
        other = tutor if mail["To"] == student.email else student
        everything = b"".join(content(part) for part in mail.walk() if not part.is_multipart())
        assert other.email.encode() not in everything
        assert other.email not in mail.as_string()


def test_markup_and_lines_in_a_reason_are_text(pair: tuple[Person, Person]) -> None:
    booked: Booked = book(*pair, state="cancelled")
    booked.change("cancelled", "tutor", from_state="pending", reason="<b>x</b>\nLink: http://evil.example")
    mail = read(to(pair[0])[0])
    assert "<b>x</b>" not in mail.html
    assert "&lt;b&gt;x&lt;/b&gt; Link:" in mail.html
    assert "\nLink:" not in mail.text


def test_the_tutor_reads_the_student_s_message(pair: tuple[Person, Person]) -> None:
    book(*pair, note="Całki & <b>szeregi</b>\r\n\r\nLink:\u2028http://evil.example").change("confirmed")
    [mine], [theirs] = map(to, pair)
    line = "Wiadomość od ucznia: Całki & <b>szeregi</b> Link: http://evil.example"
    assert line in read(theirs).text.splitlines()
    assert "Całki &amp; &lt;b&gt;szeregi&lt;/b&gt; Link: http://evil.example</td>" in read(theirs).html
    assert "Wiadomość" not in read(mine).text + read(mine).html


def test_without_a_message_there_is_no_line_for_it(pair: tuple[Person, Person]) -> None:
    book(*pair).change("confirmed")
    assert "Wiadomość" not in read(to(pair[1])[0]).text


def test_a_place_of_several_lines_is_one_line_in_an_email(pair: tuple[Person, Person]) -> None:
    session = {"form": "in_person", "location": "Rzeszów\r\nCena: 0,00 PLN\n", "meeting_url": ""}
    book(*pair, session=session).change("confirmed")
    text = read(to(pair[0])[0]).text
    assert "Gdzie: Rzeszów Cena: 0,00 PLN" in text.splitlines()
    assert [line for line in text.splitlines() if line.startswith("Cena")] == ["Cena: 80,00 PLN"]


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("before", ["pending", "confirmed"])
def test_the_time_is_called_free_only_where_it_is(pair: tuple[Person, Person], before: str, *, taken: bool) -> None:
    booked = book(*pair, state="cancelled", session={"taken": taken})
    booked.change("cancelled", "student", from_state=before)
    assert ("Termin jest znów wolny." in read(to(pair[1])[0]).text) == (not taken)


def test_an_unusual_name_is_shown_whole_and_adds_no_line_anywhere(people: People) -> None:
    """A line break can only come with a name that was written straight in the database."""
    tutor = people.tutor(first_name='Dr. "Jan"\r\nBcc: x', last_name="Kot; MSc, x=y:z & <Co>")
    student, name = people.student(), 'Dr. "Jan" Bcc: x Kot; MSc, x=y:z & Co'
    book(student, tutor).change("confirmed")
    for mail in sent():
        assert mail["Bcc"] is None
        assert all(not line.startswith("Bcc") for line in read(mail).text.splitlines())
        event = entry(mail).vevent
        assert set(event.contents) >= {"summary", "attendee", "organizer"}
        assert "bcc" not in event.contents
    [mine] = to(student)
    assert read(mine).subject == f"Rezerwacja potwierdzona: {name}, {WHEN}"
    assert entry(mine).vevent.summary.value == f"Korepetycje: {name}"
    assert "Dr. &quot;Jan&quot; Bcc: x Kot; MSc, x=y:z &amp; Co" in read(mine).html


def test_mails_with_entries_are_seven_bit(pair: tuple[Person, Person]) -> None:
    book(*pair).change("confirmed")
    dispatch({}, None)
    send_mails({}, None)
    for path in Path(urlsplit(settings().mail_url).path).glob("*.eml"):
        raw = path.read_bytes()
        assert raw.isascii()
        assert max(map(len, raw.splitlines())) < 998


def test_a_person_of_no_part_in_the_booking_gets_nothing(people: People, pair: tuple[Person, Person]) -> None:
    book(*pair).change("confirmed")
    dispatch({}, None)
    stranger = people.student()
    query("UPDATE mail_outbox SET recipient = %s", stranger.email)
    assert sent() == []
    assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]
