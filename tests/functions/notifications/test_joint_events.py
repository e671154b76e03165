"""A change to a weekly series is one notification and one email to each side, with a list of the sessions."""

import email
import email.policy
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import vobject

from functions.availability.handler import handler as availability_handler
from shared.kit.settings import settings
from tests.support.booking_client import DAY, REASON, SERIES, at, booked, call, free_tutor, post, sweep
from tests.support.lambda_client import LambdaClient
from tests.support.mailbox import delivered
from tests.support.move_proposals import answer_to, proposed, run_out
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query

availability = LambdaClient(availability_handler)


def booked_series(student: Person, tutor: Person, weeks: int = 4) -> tuple[str, list[int]]:
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": weeks}
    answer = call("POST", SERIES, token=student.access, json_body=body)
    assert answer.status == 201, answer
    return answer.json["id"], [each["id"] for each in answer.json["reservations"]]


@pytest.mark.parametrize("confirmation", ["automatic", "manual"])
def test_booking_a_series_sends_one_mail_and_one_notification(people: People, confirmation: str) -> None:
    tutor, student = free_tutor(people, days=22, confirmation=confirmation), people.student()
    _series, bookings = booked_series(student, tutor)
    dispatch()
    [text] = notified(tutor)
    assert text.startswith(("Nowa rezerwacja: ", "Prośba o rezerwację: "))
    assert "seria zajęć (4)" in text
    assert text.count(" o 11:00") == 4
    [(kind, data)] = query("SELECT kind, data FROM notifications")
    assert kind == ("booking_booked" if confirmation == "automatic" else "booking_requested")
    assert [each["reservation"] for each in data["sessions"]] == bookings
    assert [datetime.fromisoformat(each["start_time"]) for each in data["sessions"]] == [
        at(10, 7 * n) for n in range(4)
    ]
    [mail] = delivered(tutor.email)
    assert mail.text.count(" o 11:00 (Europe/Warsaw)") == 4
    assert mail.subject.endswith("seria zajęć (4)")
    assert len(delivered(student.email)) == (confirmation == "automatic")


def test_cancelling_a_series_sends_one_mail_with_all_its_entries(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    series_id, bookings = booked_series(student, tutor)
    dispatch()
    body = {"from_reservation": bookings[1], **REASON}
    assert call("POST", f"{SERIES}{series_id}/cancel/", token=tutor.access, json_body=body).status == 200
    dispatch()
    [text] = notified(student)
    assert "seria zajęć (3)" in text
    mail = delivered(student.email)[-1]
    assert "Powód: Choroba" in mail.text
    assert [len(delivered(person.email)) for person in (student, tutor)] == [2, 2]
    assert query("SELECT count(*) FROM reminders WHERE state = 'planned' AND booking_id = ANY(%s)", bookings[1:]) == [
        (0,)
    ]


@pytest.mark.parametrize("by", ["student", "tutor"])
def test_a_series_of_requests_and_confirmed_sessions_is_cancelled_for_both(people: People, by: str) -> None:
    tutor, student = free_tutor(people, days=22, confirmation="manual"), people.student()
    series_id, bookings = booked_series(student, tutor)
    for each in bookings[2:]:
        assert post(tutor, f"tutor/me/confirm/{each}/").status == 200
    dispatch()
    before = len(delivered(student.email)), len(delivered(tutor.email))
    caller = student if by == "student" else tutor
    assert call("POST", f"{SERIES}{series_id}/cancel/", token=caller.access, json_body=REASON).status == 200
    dispatch()
    other = tutor if by == "student" else student
    assert notified(other)[-1].startswith("Zajęcia odwołane: ")
    for person, number in zip((student, tutor), before, strict=True):
        [mail] = delivered(person.email)[number:]
        assert mail.subject.startswith("Zajęcia odwołane: ")
        assert mail.subject.endswith("seria zajęć (4)")


def test_a_single_session_of_a_series_is_reported_like_any_other(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    series_id, bookings = booked_series(student, tutor)
    dispatch()
    assert post(student, f"{bookings[0]}/cancel/").status == 200
    body = {"from_reservation": bookings[3]}
    assert call("POST", f"{SERIES}{series_id}/cancel/", token=student.access, json_body=body).status == 200
    dispatch()
    assert ["seria" in text for text in notified(tutor)] == [True, False, False]


def test_time_off_and_a_deleted_account_send_one_notification_too(people: People) -> None:
    tutor, student, other = free_tutor(people, days=22), people.student(), people.student()
    booked_series(student, tutor)
    body: dict[str, object] = {
        "kind": "off",
        "first_day": DAY.date().isoformat(),
        "last_day": at(0, 8).date().isoformat(),
    }
    body |= {"cancel_bookings": True, **REASON}
    assert availability("POST", "/api/availability/overrides/me/", token=tutor.access, json_body=body).status == 201
    dispatch()
    assert ["seria zajęć (2)" in text for text in notified(student)] == [True]
    query("DELETE FROM users WHERE id = %s", student.id)
    dispatch()
    assert ["seria" in text for text in notified(tutor)] == [True, True]
    assert notified(other) == []


def test_a_series_longer_than_a_batch_is_reported_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.notifications.dispatch_job.BATCH", 3)
    tutor, student = free_tutor(people, days=22), people.student()
    booked_series(student, tutor)
    dispatch()
    dispatch()
    assert len(notified(tutor)) == 1
    assert query("SELECT count(*) FROM booking_changes WHERE dispatched_at IS NULL") == [(0,)]
    assert query("SELECT count(*) FROM reminders WHERE kind = 'day_before' AND recipient = 'student'") == [(4,)]


def test_the_entries_equal_those_of_the_feed(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    _series, bookings = booked_series(student, tutor)
    dispatch()
    delivered()
    [mail] = [
        mail
        for path in Path(urlsplit(settings().mail_url).path).glob("*.eml")
        if (mail := email.message_from_bytes(path.read_bytes(), policy=email.policy.default))["To"] == student.email
    ]
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    calendar = vobject.readOne(raw.decode())
    assert calendar.method.value == "PUBLISH"
    assert sorted(int(each.uid.value.split("-")[1]) for each in calendar.vevent_list) == bookings
    assert [each.dtstart.value for each in calendar.vevent_list] == [at(10, 7 * n) for n in range(4)]


@pytest.mark.parametrize("outcome", ["accepted", "expired"])
def test_the_outcome_of_moving_a_group_is_reported_to_its_tutor_once(people: People, outcome: str) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(3)]
    bookings = [booked(each, tutor, at(10), kind="group")["id"] for each in students]
    proposed(tutor, bookings[0], at(15))
    dispatch()
    before = len(delivered(tutor.email))
    if outcome == "accepted":
        for student, booking in zip(students, bookings, strict=True):
            answer_to(student, booking, "accept")
    else:
        run_out()
        sweep()
    dispatch()
    headline = {"accepted": "Nowy termin zajęć przyjęty", "expired": "Propozycja nowego terminu wygasła"}[outcome]
    [text] = [each for each in notified(tutor) if each.startswith(headline)]
    assert text.startswith(f"{headline}: grupa (3) (")
    [mail] = delivered(tutor.email)[before:]
    assert mail.subject == f"{headline}: grupa (3)"
    assert "Uczniowie: Ola Nowak, Ola Nowak, Ola Nowak\nKiedy: " in mail.text
    assert mail.text.count("(Europe/Warsaw)") == (2 if outcome == "accepted" else 1)
    for student in students:
        made_it = outcome == "accepted" and student is students[2]
        assert sum(each.startswith(headline) for each in notified(student)) == (not made_it)
    data = query("SELECT data->'sessions' FROM notifications WHERE user_id = %s ORDER BY id DESC LIMIT 1", tutor.id)
    assert [each["reservation"] for each in data[0][0]] == bookings
