"""What students are told when their wait for a seat ends without an offer."""

from typing import Any

import pytest

from functions.notifications.handler import handler
from shared.kit.psycopg import psycopg
from shared.kit.settings import settings
from tests.functions.availability.test_time_off import CANCELLING, take_off
from tests.functions.bookings.test_account_deletion import delete
from tests.functions.chat.test_block import block
from tests.functions.mail.test_languages import assert_english
from tests.support.booking_client import (
    REASON,
    WAITLIST,
    at,
    booked,
    call,
    free_tutor,
    new_time,
    offered,
    post,
    start_in,
    sweep,
    terms,
    wait,
)
from tests.support.lambda_client import LambdaClient
from tests.support.mailbox import delivered
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, insert, query
from tests.support.races import at_once

call_notifications = LambdaClient(handler)
CLOSED = "Lista oczekujących zamknięta: Jan Kowalski, "
MISSED = "Pominięcie na liście oczekujących: Jan Kowalski, "


@pytest.fixture
def tutor(people: People) -> Person:
    person = free_tutor(people)
    query("UPDATE users SET first_name = 'Jan', last_name = 'Kowalski' WHERE id = %s", person.id)
    return person


@pytest.fixture
def student(people: People) -> Person:
    return people.student()


@pytest.fixture
def reservation(student: Person, tutor: Person) -> dict[str, Any]:
    """A session of an hour that others wait for."""
    return booked(student, tutor, at(10))


@pytest.fixture
def waiting(people: People, reservation: dict[str, Any]) -> Person:
    person = people.student()
    assert wait(person, reservation["session"]).status == 201
    return person


def told(person: Person) -> list[tuple[str, str]]:
    """Return the kinds of the person's notifications about ended waits, and the number of mails about them."""
    dispatch()
    kinds = query("SELECT kind FROM notifications WHERE user_id = %s AND kind LIKE 'waitlist%%'", person.id)
    return [(kind, str(len(delivered(person.email)))) for (kind,) in kinds]


def test_a_waiting_student_is_told_that_the_tutor_cancelled_the_session(
    tutor: Person, reservation: dict[str, Any], waiting: Person
) -> None:
    entry = call("GET", f"{WAITLIST}me/", token=waiting.access).json["results"][0]
    assert post(tutor, f"{reservation['id']}/cancel/", REASON).status == 200
    dispatch()
    [sentence] = notified(waiting)
    assert sentence.startswith(CLOSED)
    assert sentence.endswith("(zajęcia indywidualne, online, 60 min). Nie czekasz już na miejsce.")
    [mail] = delivered(waiting.email)
    assert mail.subject.startswith(CLOSED)
    assert "zanim zwolniło się miejsce dla Ciebie" in mail.text
    assert "Korepetytor: Jan Kowalski" in mail.text
    assert "60 min" in mail.text
    [listed] = call_notifications("GET", "/api/notification/list/", token=waiting.access).json["results"]
    times = {name: entry[name] for name in ("start_time", "end_time")}
    assert (listed["kind"], listed["data"]) == (
        "waitlist_closed",
        {"waitlist_entry": entry["id"], "tutor": tutor.tutor_id, **times},
    )
    assert dispatch() == 0


def test_a_busy_student_is_told_that_they_were_passed_over(
    people: People, student: Person, reservation: dict[str, Any], waiting: Person
) -> None:
    booked(waiting, free_tutor(people), at(10.5))
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    dispatch()
    sentence = notified(waiting)[-1]
    assert sentence.startswith(MISSED)
    assert sentence.endswith("masz w tym czasie inne zajęcia, więc nie jesteś już na liście.")
    assert delivered(waiting.email)[-1].subject.startswith(MISSED)


def test_deleting_the_tutor_s_account_closes_its_waitlists(tutor: Person, waiting: Person) -> None:
    assert delete(tutor).status == 200
    dispatch()
    [sentence] = notified(waiting)
    assert sentence.startswith("Lista oczekujących zamknięta: korepetytor, ")
    assert len(delivered(waiting.email)) == 1


def test_a_tutor_s_time_off_closes_waitlists_too(tutor: Person, waiting: Person) -> None:
    assert take_off(tutor, CANCELLING).status == 201
    assert told(waiting) == [("waitlist_closed", "1")]


def test_the_start_of_the_session_is_not_mailed(reservation: dict[str, Any], waiting: Person) -> None:
    start_in(reservation["id"], minutes=-1)
    sweep()
    assert told(waiting) == [("waitlist_closed", "0")]


def test_a_student_who_is_busy_when_the_session_starts_is_told_nothing(
    people: People, reservation: dict[str, Any], waiting: Person
) -> None:
    other = booked(waiting, free_tutor(people), at(14))
    for each in (reservation, other):
        start_in(each["id"], minutes=-1)
    sweep()
    assert told(waiting) == []
    assert query("SELECT state, dispatched_at IS NULL FROM waitlist_entries") == [("closed", False)]


def test_a_student_who_left_or_is_suspended_is_told_nothing(
    people: People, reservation: dict[str, Any], waiting: Person
) -> None:
    leaving = people.student()
    entry = wait(leaving, reservation["session"]).json["id"]
    assert call("DELETE", f"{WAITLIST}{entry}/", token=leaving.access).status == 200
    query("UPDATE users SET suspended_at = now() WHERE id = %s", waiting.id)
    assert query("SELECT state FROM waitlist_entries ORDER BY id") == [("closed",), ("left",)]
    assert (told(leaving), told(waiting)) == ([], [])


def test_an_expired_offer_is_reported_as_expired(student: Person, reservation: dict[str, Any], waiting: Person) -> None:
    post(student, f"{reservation['id']}/cancel/")
    query("UPDATE bookings SET expires_at = now() WHERE id = %s", offered(waiting))
    sweep()
    assert query("SELECT state FROM waitlist_entries") == [("missed",)]
    assert told(waiting) == []


@pytest.mark.parametrize("silenced", ["{bookings.mail}", "{reviews.mail}"])
def test_mails_follow_preferences(tutor: Person, reservation: dict[str, Any], waiting: Person, silenced: str) -> None:
    query("UPDATE users SET silenced = %s WHERE id = %s", silenced, waiting.id)
    post(tutor, f"{reservation['id']}/cancel/", REASON)
    assert told(waiting) == [("waitlist_closed", "0" if "bookings" in silenced else "1")]


@pytest.mark.parametrize("silenced", ["{bookings.push}", "{reviews.push}"])
def test_push_messages_follow_preferences(
    tutor: Person, reservation: dict[str, Any], waiting: Person, silenced: str
) -> None:
    query("UPDATE users SET silenced = %s WHERE id = %s", silenced, waiting.id)
    browser = {"user_id": waiting.id, "session_id": waiting.session_id, "endpoint": "x", "p256dh": b"", "auth": b""}
    insert("push_subscriptions", browser)
    post(tutor, f"{reservation['id']}/cancel/", REASON)
    dispatch()
    assert query("SELECT count(*) FROM push_outbox") == [(0 if "bookings" in silenced else 1,)]


def test_a_mail_due_after_the_start_is_not_sent(tutor: Person, reservation: dict[str, Any], waiting: Person) -> None:
    post(tutor, f"{reservation['id']}/cancel/", REASON)
    dispatch()
    start_in(reservation["id"], minutes=-1)
    assert delivered(waiting.email) == []


def test_five_concurrent_dispatchers_notify_everybody_once(
    people: People, tutor: Person, reservation: dict[str, Any]
) -> None:
    everybody = [people.student() for _ in range(12)]
    for each in everybody:
        wait(each, reservation["session"])
    post(tutor, f"{reservation['id']}/cancel/", REASON)
    at_once(*[dispatch] * 5)
    dispatch()
    assert [len(notified(each)) for each in everybody] == [1] * 12
    about = "SELECT count(*), count(DISTINCT payload) FROM mail_outbox WHERE kind = 'waitlist_ended'"
    assert query(about) == [(12, 12)]


def test_an_account_being_deleted_is_skipped(tutor: Person, reservation: dict[str, Any], waiting: Person) -> None:
    post(tutor, f"{reservation['id']}/cancel/", REASON)
    with psycopg.connect(settings().database_url) as deletion:
        deletion.execute("DELETE FROM users WHERE id = %s", (waiting.id,))
        dispatch()
    assert dispatch() == 0
    assert query("SELECT count(*) FROM notifications WHERE kind = 'waitlist_closed'") == [(0,)]


@pytest.mark.parametrize("ending", ["closed", "missed"])
def test_notifications_and_mails_are_available_in_english(waiting: Person, ending: str) -> None:
    query("UPDATE users SET language = 'en', time_zone = 'Europe/London'")
    query("UPDATE waitlist_entries SET state = %s", ending)
    dispatch()
    [mail] = delivered(waiting.email)
    assert_english(mail.subject, mail.text, mail.html, *notified(waiting))
    assert "(Europe/London)" in notified(waiting)[0]


def test_the_waitlist_of_a_vacated_slot_is_closed_if_the_tutor_s_day_is_full(
    student: Person, tutor: Person, reservation: dict[str, Any], waiting: Person
) -> None:
    terms(tutor, max_per_day=1)
    assert post(student, f"{reservation['id']}/reschedule/", new_time(at(13))).status == 200
    assert told(waiting) == [("waitlist_closed", "1")]
    [(start_time,)] = query("SELECT data->>'start_time' FROM notifications WHERE user_id = %s", waiting.id)
    assert start_time == reservation["start_time"]


def test_a_block_sends_no_notification(tutor: Person, waiting: Person) -> None:
    assert block(tutor, waiting).status == 200
    assert query("SELECT state FROM waitlist_entries") == [("left",)]
    assert told(waiting) == []
