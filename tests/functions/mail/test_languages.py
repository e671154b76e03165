"""Mails and notifications in the language and the time zone of their reader."""

import json
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import vobject

from functions.mail.email_change_emails import EMAIL_CHANGE_EMAILS
from functions.mail.service import EMAILS
from tests.functions.notifications.test_calendar_feeds import call, create_feed
from tests.functions.notifications.test_joint_events import booked_series
from tests.support.booking_client import SERIES, at, booked, free_tutor, sweep
from tests.support.booking_client import call as call_api
from tests.support.booking_rows import FAR, PENDING, insert_booking
from tests.support.conversations import add_conversation, add_messages
from tests.support.mail_outbox import deliver
from tests.support.move_proposals import proposed, run_out
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, insert, query
from tests.support.reminders import booked_in, remind, time_passes
from tests.support.sent_emails import entry, read, sent, sent_to
from tests.support.unread_mails import looks_after

POLISH_LETTERS = re.compile("[ąćęłńóśźż]", re.IGNORECASE)
# Words of the Polish catalogue without Polish letters.
WORDS = ("Kiedy", "Gdzie", "Cena", "Powiadom", "zajecia", "termin", "najp", "rezerwac", "Korepety", "Odpowiedz")


@pytest.fixture
def english(pair: tuple[Person, Person]) -> tuple[Person, Person]:
    """Two people who read English, in London and New York, with no Polish letters in their own texts."""
    for person, zone in zip(pair, ("Europe/London", "America/New_York"), strict=True):
        query("UPDATE users SET language = 'en', time_zone = %s WHERE id = %s", zone, person.id)
    return pair


def assert_english(*texts: str) -> None:
    for text in texts:
        assert not POLISH_LETTERS.search(text), text
        assert not [word for word in WORDS if word.lower() in text.lower()], text


def calendar_texts(mail: EmailMessage) -> list[str]:
    calendar = entry(mail, "session.ics")
    return [calendar.vevent.summary.value, calendar.vevent.description.value] if calendar else []


def assert_english_mails() -> None:
    mails = sent()
    assert mails
    for mail in mails:
        found = read(mail)
        assert_english(found.subject, found.text, found.html, *calendar_texts(mail))
        assert mail["Content-Language"] == "en"
        assert '<html lang="en">' in found.html


EVENTS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("requested", "student", PENDING, {}),
    ("confirmed", "student", {}, {}),
    ("confirmed", "tutor", {}, {"from_state": "pending"}),
    ("cancelled", "tutor", {"state": "cancelled"}, {"from_state": "pending", "reason": "I am ill."}),
    ("cancelled", "student", {"state": "cancelled"}, {"from_state": "pending"}),
    ("cancelled", "student", {"state": "cancelled"}, {"from_state": "confirmed"}),
    ("expired", "system", {"state": "expired"}, {"from_state": "pending"}),
    ("offered", "system", {**PENDING, "awaiting": "student"}, {}),
    ("rescheduled", "tutor", {}, {"from_state": "confirmed", "old_starts_at": FAR}),
    ("rescheduled", "student", PENDING, {"to_state": "pending", "old_starts_at": FAR - timedelta(days=1)}),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event[0]} by {event[1]}")
def test_mails_and_notifications_of_every_event_are_english(
    english: tuple[Person, Person], event: tuple[str, str, dict[str, Any], dict[str, Any]]
) -> None:
    kind, actor, booking, change = event
    insert_booking(*english, **booking).change(kind, actor, **change)
    assert_english_mails()
    for person in english:
        assert_english(*notified(person))


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("DELETE FROM users WHERE id = %s", "The account was deleted."),
        ("UPDATE users SET suspended_at = now() WHERE id = %s", "The account was suspended."),
    ],
)
@pytest.mark.parametrize("weeks", [1, 2])
def test_reasons_of_the_platform_are_in_english(people: People, weeks: int, ending: str, reason: str) -> None:
    tutor, student = free_tutor(people, days=22), people.student(first_name="Ola", last_name="Nowak")
    query("UPDATE users SET language = 'en' WHERE id = %s", student.id)
    if weeks == 1:
        booked(student, tutor, at(10))
    else:
        booked_series(student, tutor, weeks)
    query(ending, tutor.id)
    dispatch()
    assert f"Reason: {reason}" in read(sent_to(student)[-1]).text
    [data] = query("SELECT data FROM notifications WHERE user_id = %s", student.id)
    assert data[0]["reason"] == reason


@pytest.mark.parametrize("kind", ["completed", "no_show"])
def test_notifications_without_a_mail_are_english(english: tuple[Person, Person], kind: str) -> None:
    insert_booking(*english, state=kind).change(kind, "tutor", from_state="confirmed")
    dispatch()
    assert_english(*notified(english[0]))
    assert notified(english[0])


def test_the_expiry_of_an_offer_is_reported_in_english(english: tuple[Person, Person]) -> None:
    booked = insert_booking(*english, state="expired")
    booked.change("offered", "system")
    booked.change("expired", "system", from_state="pending")
    assert_english_mails()


def test_mails_about_groups_are_english(people: People) -> None:
    tutor = free_tutor(people)
    seats = [booked(people.student(), tutor, at(10), kind="group") for _ in range(2)]
    query("UPDATE users SET language = 'en'")
    query("UPDATE tutoring_sessions SET meeting_url = 'https://meet.jit.si/abc'")
    proposed(tutor, seats[0]["id"], at(15))
    run_out()
    sweep()
    path = f"/api/reservation/session/{seats[0]['session']}/cancel/"
    assert call_api("POST", path, token=tutor.access, json_body={"reason": "Illness"}).status == 200
    assert_english_mails()
    texts = {read(mail).subject: read(mail).text for mail in sent_to(tutor)}
    assert "Proposed time expired: group (2)" in texts
    assert "The session was cancelled for the whole group. That" in texts["Session cancelled: group (2)"]


def test_reminders_are_english_and_in_the_readers_zone(people: People) -> None:
    reminded = booked_in(people, 26)
    query("UPDATE users SET language = 'en', time_zone = 'America/New_York'")
    time_passes(2.5)
    assert remind() > 0
    assert_english_mails()
    for person in (reminded.student, reminded.tutor):
        [message] = notified(person)
        assert_english(message)
        assert "(America/New_York)" in message


def test_each_of_two_people_reads_their_own_language_and_zone(pair: tuple[Person, Person]) -> None:
    student, tutor = pair
    query("UPDATE users SET language = 'en', time_zone = 'Asia/Tokyo' WHERE id = %s", student.id)
    insert_booking(student, tutor).change("confirmed", "system")
    [mine], [theirs] = map(sent_to, pair)
    assert read(mine).subject == "Booking confirmed: Jan Kowalski, Wednesday 10 January 2035 at 22:00 (Asia/Tokyo)"
    assert read(theirs).subject == "Nowa rezerwacja: Ola Nowak, w środę 10 stycznia 2035 o 14:00"
    assert notified(student)[0].startswith(read(mine).subject)


def test_a_tutors_own_zone_takes_precedence_over_that_of_the_terms(pair: tuple[Person, Person]) -> None:
    query("UPDATE booking_terms SET time_zone = 'America/New_York'")
    query("UPDATE users SET time_zone = 'Europe/London' WHERE id = %s", pair[1].id)
    insert_booking(*pair).change("confirmed")
    assert "13:00 (Europe/London)" in read(sent_to(pair[1])[0]).text


ABOUT_ACCOUNTS = [
    "confirm_email",
    "reset_password",
    "password_changed",
    "new_device",
    "identity_linked",
    "authenticator_app_added",
    "passkey_added",
    "passkey_removed",
    "second_factor_turned_off",
    "recovery_codes_replaced",
    "recovery_code_used",
    "account_suspended",
    "suspension_lifted",
    "tutor_incomplete",
]


@pytest.mark.parametrize("kind", ABOUT_ACCOUNTS)
def test_mails_about_accounts_are_english(people: People, kind: str) -> None:
    person = people.tutor(first_name="Jan", last_name="Nowak")
    query("UPDATE tutors SET price = 0")
    query(
        "UPDATE users SET language = 'en', confirmed_at = CASE WHEN %s THEN NULL ELSE now() END",
        kind == "confirm_email",
    )
    query("UPDATE users SET suspended_at = now() WHERE %s", kind == "account_suspended")
    payloads = {
        "account_suspended": {"cancelled": 2},
        "new_device": {"signed_in": 2_000_000_000, "session": person.session_id.int},
        "identity_linked": {"linked": 2_000_000_000, "identity": 1},
        "tutor_incomplete": {"tutor_id": person.tutor_id},
    }
    insert("mail_outbox", {"kind": kind, "recipient": person.email, "payload": json.dumps(payloads.get(kind, {}))})
    assert deliver() == 1
    assert_english_mails()


@pytest.mark.parametrize("kind", EMAIL_CHANGE_EMAILS)
@pytest.mark.parametrize("taken", [False, True])
def test_mails_about_changes_of_addresses_are_english(people: People, kind: str, taken: bool) -> None:  # noqa: FBT001
    person = people.student(language="en", first_name="Jan")
    if taken:
        people.student(language="en", email="new@example.com")
    change = {"user_id": person.id, "session_id": person.session_id, "old_email": person.email}
    change_id = insert("email_changes", change | {"new_email": "new@example.com", "expires_at": at(1)})
    if kind == "email_changed":
        query("UPDATE email_changes SET confirmed_at = now(), revocable_until = now() + interval '7 days'")
    recipient = person.email if kind.startswith("email_change") else "new@example.com"
    payload = json.dumps({"email_change": change_id})
    insert("mail_outbox", {"kind": kind, "recipient": recipient, "payload": payload})
    assert deliver() == 1
    assert_english_mails()


def test_every_kind_of_mail_is_covered() -> None:
    about_bookings = {"booking_change", "series_change", "group_change", "booking_reminder", "waitlist_ended"}
    about_reviews = {"review_added", "review_replied", "review_hidden", "staff_report"}  # covered by their own tests
    assert {*ABOUT_ACCOUNTS, *EMAIL_CHANGE_EMAILS, *about_bookings, *about_reviews, "unread_messages"} == set(EMAILS)


def test_mails_about_messages_are_english(english: tuple[Person, Person]) -> None:
    add_messages(add_conversation(*english), english[0], "See https://example.com")
    assert looks_after(301) == 1
    assert_english_mails()


def test_mails_and_notifications_of_series_are_english(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    query("UPDATE users SET language = 'en'")
    series, _bookings = booked_series(student, tutor)
    dispatch()
    assert call_api("POST", f"{SERIES}{series}/cancel/", token=student.access, json_body={}).status == 200
    assert_english_mails()
    assert_english(*notified(tutor))
    assert len(notified(tutor)) == 2


def test_a_feed_is_in_its_owners_language(english: tuple[Person, Person]) -> None:
    insert_booking(*english)
    feed = vobject.readOne(call("GET", create_feed(english[0])).body.decode())
    assert feed.x_wr_calname.value == "Tutoring"
    assert (feed.vevent.summary.value, feed.vevent.description.value) == (
        "Tutoring: Jan Kowalski",
        "Individual session, online.",
    )
