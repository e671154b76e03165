"""The texts of emails about bookings."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.support.booking_rows import FAR, PENDING, BookingRow, insert_booking
from tests.support.notifications import dispatch
from tests.support.people import People, Person, query
from tests.support.sent_emails import content, entry, read, sent, sent_to

WHEN = "w środę 10 stycznia 2035 o 14:00"
ROOM = "https://meet.jit.si/abc"


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
        "Poprzednio we wtorek 9 stycznia 2035 o 14:00 (Europe/Warsaw).",
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
        "Potwierdź swój udział najpóźniej w piątek 5 stycznia 2035 o 14:00 (Europe/Warsaw).",
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
    insert_booking(student, tutor, **booking).change(kind, actor, **change)
    [mail] = [read(each) for each in sent_to(student if reader == "student" else tutor)]
    assert mail.subject == f"{subject}, {WHEN}"
    other = "Korepetytor: Jan Kowalski" if reader == "student" else "Uczeń: Ola Nowak"
    facts = f"Kiedy: {WHEN} (Europe/Warsaw), 60 min", "Co: zajęcia indywidualne, online", "Cena: 80,00 PLN"
    for text in (part, other, *facts):
        assert text in mail.text
    name, _, value = other.partition(": ")
    for text in (name, value, WHEN):
        assert text in mail.html
    is_seated = booking.get("state", "confirmed") == "confirmed"
    assert (f"\nGdzie: {ROOM}\n" in mail.text) == is_seated
    assert (f'<a href="{ROOM}"' in mail.html) == (f">{ROOM}</a></td>" in mail.html) == is_seated


@pytest.mark.parametrize("state", ["pending", "cancelled", "expired"])
def test_no_email_shows_the_room_to_somebody_without_a_seat(pair: tuple[Person, Person], state: str) -> None:
    """Not even if it was confirmed before: another student may have the room now."""
    booked = insert_booking(*pair)
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


def test_the_email_states_until_when_the_student_may_cancel(pair: tuple[Person, Person]) -> None:
    insert_booking(*pair).change("confirmed")
    assert "najpóźniej w środę 10 stycznia 2035 o 02:00 (Europe/Warsaw)." in read(sent_to(pair[0])[0]).text


def test_the_other_person_s_address_is_not_shown(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    insert_booking(student, tutor).change("confirmed")
    for mail in sent():
        other = tutor if mail["To"] == student.email else student
        everything = b"".join(content(part) for part in mail.walk() if not part.is_multipart())
        assert other.email.encode() not in everything
        assert other.email not in mail.as_string()


def test_markup_and_line_breaks_in_a_reason_are_escaped(pair: tuple[Person, Person]) -> None:
    booked: BookingRow = insert_booking(*pair, state="cancelled")
    booked.change("cancelled", "tutor", from_state="pending", reason="<b>x</b>\nLink: http://evil.example")
    mail = read(sent_to(pair[0])[0])
    assert "<b>x</b>" not in mail.html
    assert "&lt;b&gt;x&lt;/b&gt; Link:" in mail.html
    assert "\nLink:" not in mail.text


def test_the_tutor_reads_the_student_s_message(pair: tuple[Person, Person]) -> None:
    query("UPDATE users SET created_at = now() - interval '8 days'")
    insert_booking(*pair, note="Całki & <b>szeregi</b>\r\n\r\nLink:\u2028http://evil.example").change("confirmed")
    [mine], [theirs] = map(sent_to, pair)
    line = "Wiadomość od ucznia: Całki & <b>szeregi</b> Link: http://evil.example"
    assert line in read(theirs).text.splitlines()
    assert "Całki &amp; &lt;b&gt;szeregi&lt;/b&gt; Link: http://evil.example</td>" in read(theirs).html
    assert "Wiadomość" not in read(mine).text + read(mine).html


def test_links_from_new_accounts_are_removed(pair: tuple[Person, Person]) -> None:
    query("UPDATE users SET created_at = now() - interval '6 days'")
    booked = insert_booking(*pair, state="cancelled", note="Całki o 15.30\nhttp://evil.example i www.evil.example")
    booked.change("confirmed", "student")
    booked.change("cancelled", "tutor", from_state="confirmed", reason="evil.example")
    told = "".join(read(mail).text + read(mail).html for person in pair for mail in sent_to(person))
    assert "Wiadomość od ucznia: Całki o 15.30 [pominięty link] i [pominięty link]" in told
    assert "[pominięty link]" in read(sent_to(pair[0])[-1]).text
    assert "evil" not in told


def test_without_a_message_its_line_is_left_out(pair: tuple[Person, Person]) -> None:
    insert_booking(*pair).change("confirmed")
    assert "Wiadomość" not in read(sent_to(pair[1])[0]).text


def test_a_location_of_several_lines_becomes_one_line(pair: tuple[Person, Person]) -> None:
    session = {"form": "in_person", "location": "Rzeszów\r\nCena: 0,00 PLN\n", "meeting_url": ""}
    insert_booking(*pair, session=session).change("confirmed")
    text = read(sent_to(pair[0])[0]).text
    assert "Gdzie: Rzeszów Cena: 0,00 PLN" in text.splitlines()
    assert [line for line in text.splitlines() if line.startswith("Cena")] == ["Cena: 80,00 PLN"]


def test_a_location_is_not_shown_as_a_link(pair: tuple[Person, Person]) -> None:
    """Its author must not be able to send readers anywhere."""
    session = {"form": "in_person", "location": "https://evil.example/", "meeting_url": ""}
    insert_booking(*pair, session=session).change("confirmed")
    assert "https://evil.example/</td>" in read(sent_to(pair[0])[0]).html


@pytest.mark.parametrize("tutors_zone", ["America/New_York", "Europe/Warsaw"])
def test_every_time_is_in_the_reader_s_zone_and_names_it(pair: tuple[Person, Person], tutors_zone: str) -> None:
    student, tutor = pair
    query("UPDATE booking_terms SET time_zone = %s", tutors_zone)
    booked = insert_booking(student, tutor)
    booked.change("confirmed")
    before = booked.move(FAR + timedelta(days=1))
    booked.change("rescheduled", "student", from_state="confirmed", old_starts_at=before)
    times = {student.email: "14:00 (Europe/Warsaw)", tutor.email: {"Europe/Warsaw": "14:00"}.get(tutors_zone, "08:00")}
    for mail in sent():
        text = read(mail).text
        assert times[mail["To"]] in text
        clock_times = re.findall(r" o \d\d:\d\d(.{0,20})", text)
        zone = "Europe/Warsaw" if mail["To"] == student.email else tutors_zone
        assert clock_times
        assert all(after.startswith(f" ({zone})") for after in clock_times), text


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("before", ["pending", "confirmed"])
def test_the_time_is_called_free_only_if_it_is(pair: tuple[Person, Person], before: str, *, taken: bool) -> None:
    booked = insert_booking(*pair, state="cancelled", session={"taken": taken})
    booked.change("cancelled", "student", from_state=before)
    assert ("Termin jest znów wolny." in read(sent_to(pair[1])[0]).text) == (not taken)


def test_an_unusual_name_is_shown_in_full_and_adds_no_lines(people: People) -> None:
    """Only a name written directly into the database can contain a line break."""
    tutor = people.tutor(first_name='Dr. "Jan"\r\nBcc: x', last_name="Kot; MSc, x=y:z & <Co>")
    student, name = people.student(), 'Dr. "Jan" Bcc: x Kot; MSc, x=y:z & Co'
    insert_booking(student, tutor).change("confirmed")
    for mail in sent():
        assert mail["Bcc"] is None
        assert all(not line.startswith("Bcc") for line in read(mail).text.splitlines())
        event = entry(mail).vevent
        assert set(event.contents) >= {"summary", "attendee", "organizer"}
        assert "bcc" not in event.contents
    [mine] = sent_to(student)
    assert read(mine).subject == f"Rezerwacja potwierdzona: {name}, {WHEN}"
    assert entry(mine).vevent.summary.value == f"Korepetycje: {name}"
    assert "Dr. &quot;Jan&quot; Bcc: x Kot; MSc, x=y:z &amp; Co" in read(mine).html


def test_people_not_involved_in_the_booking_get_no_mail(people: People, pair: tuple[Person, Person]) -> None:
    insert_booking(*pair).change("confirmed")
    dispatch()
    stranger = people.student()
    query("UPDATE mail_outbox SET recipient = %s", stranger.email)
    assert sent() == []
    assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]
