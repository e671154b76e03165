"""What both people are sent about bookings that are made, moved and cancelled over HTTP."""

import email
import email.policy
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import vobject

from shared.domain import dispatcher
from shared.kit.settings import settings
from tests.support.booking_client import at, book, booked, free_tutor, post, sweep, wait
from tests.support.mailbox import delivered
from tests.support.move_proposals import answer_to
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query


@pytest.fixture(autouse=True)
def dispatched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the dispatcher whenever it is triggered, as locally and on AWS."""
    monkeypatch.setattr(dispatcher.dispatch_trigger, "installed", dispatch)


def headlines(person: Person) -> list[str]:
    return [message.partition(":")[0] for message in notified(person)]


def subjects(person: Person) -> list[str]:
    return [mail.subject.partition(":")[0] for mail in delivered(person.email)]


def entries(person: Person) -> list[tuple[str, int]]:
    """Return the methods and sequences of the calendar entries mailed to a person; all have one UID."""
    delivered()
    found: list[Any] = []
    for path in sorted(Path(urlsplit(settings().mail_url).path).glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        if mail["To"] == person.email and parts:
            raw = parts[0].get_payload(decode=True)
            assert isinstance(raw, bytes)
            found.append(vobject.readOne(raw.decode()))
    assert len({each.vevent.uid.value for each in found}) <= 1
    return [(each.method.value, int(each.vevent.sequence.value)) for each in found]


def planned() -> int:
    return int(query("SELECT count(*) FROM reminders WHERE state = 'planned'")[0][0])


def test_a_booking_is_moved_and_cancelled(people: People) -> None:
    student, tutor = people.student(), free_tutor(people)
    number = booked(student, tutor, at(8))["id"]
    assert (headlines(tutor), headlines(student)) == (["Nowa rezerwacja"], [])
    assert (subjects(student), planned()) == (["Rezerwacja potwierdzona"], 5)
    moved = {"start_time": at(12).isoformat(), "reason": "Lekarz"}
    assert post(student, f"{number}/reschedule/", moved).status == 200
    [(due,)] = query("SELECT DISTINCT due_at FROM reminders WHERE kind = 'day_before'")
    assert due == at(12) - timedelta(days=1)
    assert entries(student) == [("REQUEST", 0), ("REQUEST", 1)]
    assert post(tutor, f"{number}/cancel/", {"reason": "Choruję"}).status == 200
    assert headlines(student) == ["Zajęcia odwołane"]
    assert headlines(tutor) == ["Nowa rezerwacja", "Zmiana terminu zajęć"]
    assert subjects(student) == ["Rezerwacja potwierdzona", "Zmiana terminu zajęć", "Zajęcia odwołane"]
    assert "Powód: Choruję" in delivered(student.email)[-1].text
    assert [method for method, _ in entries(tutor)] == ["REQUEST", "REQUEST", "CANCEL"]
    sequences = [sequence for _, sequence in entries(tutor)]
    assert sequences == sorted(set(sequences))
    assert planned() == 0


def test_one_request_is_confirmed_and_one_declined(people: People) -> None:
    student, tutor = people.student(), free_tutor(people, confirmation="manual")
    first, second = (booked(student, tutor, at(hour))["id"] for hour in (8, 12))
    assert headlines(tutor) == ["Prośba o rezerwację"] * 2
    assert (entries(tutor), planned()) == ([], 0)
    assert post(tutor, f"tutor/me/confirm/{first}/", {}).status == 200
    assert post(tutor, f"tutor/me/decline/{second}/", {}).status == 200
    assert headlines(student) == ["Rezerwacja potwierdzona", "Prośba o rezerwację odrzucona"]
    assert ([method for method, _ in entries(student)], planned()) == (["REQUEST"], 5)


def test_a_request_expires_without_an_answer(people: People) -> None:
    student, tutor = people.student(), free_tutor(people, confirmation="manual")
    booked(student, tutor, at(8))
    query("UPDATE bookings SET expires_at = now()")
    sweep()
    assert headlines(student) == ["Prośba o rezerwację wygasła"]
    assert subjects(student) == ["Prośba o rezerwację wygasła"]


def test_a_seat_is_offered_to_the_student_on_the_waitlist(people: People) -> None:
    tutor = free_tutor(people, group_seats=2)
    first, second, third = (people.student() for _ in range(3))
    made = booked(first, tutor, at(8), kind="group")
    assert post(second, "", {"session": made["session"]}).status == 201
    assert wait(third, made["session"]).status == 201
    assert post(first, f"{made['id']}/cancel/", {}).status == 200
    assert headlines(third) == ["Zwolniło się miejsce"]
    assert subjects(third) == ["Zwolniło się miejsce"]
    assert headlines(tutor) == ["Nowa rezerwacja", "Nowa rezerwacja", "Zajęcia odwołane"]


def test_a_time_offered_to_the_waitlist_is_not_described_as_free(people: People) -> None:
    tutor, first, second = free_tutor(people), people.student(), people.student()
    made = booked(first, tutor, at(8))
    assert wait(second, made["session"]).status == 201
    assert post(first, f"{made['id']}/cancel/", {}).status == 200
    assert subjects(second) == ["Zwolniło się miejsce"]
    assert not any("wolny" in mail.text for mail in delivered(tutor.email))
    [(offer,)] = query("SELECT booking_id FROM waitlist_entries")
    assert post(second, f"{offer}/cancel/", {}).status == 200
    again = booked(first, tutor, at(8))
    assert post(first, f"{again['id']}/cancel/", {}).status == 200
    assert [mail.subject.partition(":")[0] for mail in delivered(tutor.email) if "znów wolny" in mail.text] == [
        "Zajęcia odwołane"
    ]


def test_a_slot_vacated_by_a_move_is_offered_to_the_waitlist(people: People) -> None:
    tutor, first, second = free_tutor(people), people.student(), people.student()
    made = booked(first, tutor, at(8))
    assert wait(second, made["session"]).status == 201
    assert post(first, f"{made['id']}/reschedule/", {"start_time": at(12).isoformat()}).status == 200
    assert (headlines(second), subjects(second)) == (["Zwolniło się miejsce"], ["Zwolniło się miejsce"])
    assert headlines(tutor) == ["Nowa rezerwacja", "Zmiana terminu zajęć"]
    [(start_time,)] = query("SELECT data->>'start_time' FROM notifications WHERE user_id = %s", second.id)
    assert start_time == made["start_time"]


def test_a_proposal_is_mailed_once_to_each_and_its_acceptance_changes_the_calendar(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    number = booked(student, tutor, at(8))["id"]
    moved = {"start_time": at(12).isoformat(), "reason": "Lekarz"}
    assert post(tutor, f"{number}/reschedule/", moved).status == 200
    assert (headlines(student), subjects(student)[1:]) == ([PROPOSED], [PROPOSED])
    mail = delivered(student.email)[-1]
    assert "Powód: Lekarz" in mail.text
    assert "najpóźniej" in mail.text
    assert (entries(student), len(subjects(tutor))) == ([("REQUEST", 0)], 1)
    assert answer_to(student, number, "accept").status == 200
    accepted = "Nowy termin zajęć przyjęty"
    assert (headlines(tutor), subjects(tutor)) == (["Nowa rezerwacja", accepted], ["Nowa rezerwacja", accepted])
    assert (headlines(student), subjects(student)[2:]) == ([PROPOSED], [accepted])
    assert [method for method, _ in entries(tutor)] == ["REQUEST", "REQUEST"]
    [(due,)] = query("SELECT DISTINCT due_at FROM reminders WHERE kind = 'day_before'")
    assert due == at(12) - timedelta(days=1)


PROPOSED = "Propozycja nowego terminu"


def test_other_ends_of_a_proposal_are_reported_to_the_other_side(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    number = booked(student, tutor, at(8))["id"]
    for verb in ("decline", "withdraw", "expire"):
        assert post(tutor, f"{number}/reschedule/", {"start_time": at(12).isoformat(), "reason": "x"}).status == 200
        if verb == "expire":
            query("UPDATE tutoring_sessions SET held_until = now() WHERE moves_session_id IS NOT NULL")
            sweep()
        else:
            post(tutor if verb == "withdraw" else student, f"{number}/proposal/{verb}/")
    declined, expired = "Nowy termin zajęć odrzucony", f"{PROPOSED} wygasła"
    assert headlines(tutor)[1:] == subjects(tutor)[1:] == [declined, expired]
    assert headlines(student) == [PROPOSED, PROPOSED, f"{PROPOSED} wycofana", PROPOSED, expired]
    assert subjects(student)[1:] == [PROPOSED, PROPOSED, f"{PROPOSED} wycofana", PROPOSED]


def test_everybody_in_a_group_is_notified_of_the_new_time(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(2)]
    first, second = (booked(each, tutor, at(8), kind="group")["id"] for each in students)
    assert post(tutor, f"{first}/reschedule/", {"start_time": at(12).isoformat(), "reason": "x"}).status == 200
    assert answer_to(students[0], first, "accept").status == 200
    assert headlines(tutor)[-1] == "Zgoda na nowy termin"
    assert answer_to(students[1], second, "accept").status == 200
    assert headlines(students[0]) == [PROPOSED, "Nowy termin zajęć przyjęty"]
    assert headlines(students[1]) == [PROPOSED]


@pytest.mark.parametrize("who", ["student", "tutor"])
def test_when_an_account_is_deleted_the_other_person_is_notified(people: People, who: str) -> None:
    student, tutor = people.student(), free_tutor(people)
    booked(student, tutor, at(8))
    delivered()
    gone, left = (student, tutor) if who == "student" else (tutor, student)
    query("DELETE FROM users WHERE id = %s", gone.id)
    dispatch()
    assert headlines(left)[-1] == "Zajęcia odwołane"
    assert entries(left)[-1][0] == "CANCEL"
    assert planned() == 0


def test_a_refused_booking_sends_no_notifications(people: People) -> None:
    tutor = free_tutor(people)
    booked(people.student(), tutor, at(8))
    assert book(people.student(), tutor, at(8)).status == 409
    assert headlines(tutor) == ["Nowa rezerwacja"]
