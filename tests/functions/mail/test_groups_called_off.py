"""Mails about a group that its tutor calls off: one to the tutor, one to each student."""

from typing import Any

import pytest

from tests.functions.availability.test_time_off import CANCELLING, take_off, tutor_in_london
from tests.support.booking_client import REASON, at, booked, call, free_tutor, offered, post, terms, wait
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.notifications import dispatch, notified
from tests.support.people import People, Person, query
from tests.support.sent_emails import entry, read, sent_to

CALLED_OFF = "Zajęcia odwołane: grupa"


@pytest.fixture
def tutor(people: People) -> Person:
    return free_tutor(people, group_seats=3)


@pytest.fixture
def students(people: People) -> list[Person]:
    return [people.student(first_name=name) for name in ("Ola", "Jan", "Ewa")]


def seat(student: Person, tutor: Person) -> dict[str, Any]:
    return booked(student, tutor, at(10), kind="group")


def group(students: list[Person], tutor: Person) -> int:
    """Book a seat for each student; return the session."""
    seats = [seat(each, tutor) for each in students]
    return int(seats[0]["session"])


def call_off(tutor: Person, session: int) -> None:
    answer = call("POST", f"/api/reservation/session/{session}/cancel/", token=tutor.access, json_body=REASON)
    assert answer.status == 200, answer


def told() -> None:
    """Send all waiting mails."""
    dispatch()
    make_all_due()
    deliver()


def test_the_tutor_gets_one_mail_and_each_student_their_own(tutor: Person, students: list[Person]) -> None:
    query("UPDATE users SET language = 'en' WHERE id = %s", students[2].id)
    session = group(students, tutor)
    before = len(sent_to(tutor))
    call_off(tutor, session)
    [mail] = sent_to(tutor)[before:]
    assert read(mail).subject == f"{CALLED_OFF} (3)"
    assert "zajęcia całej grupy zostały odwołane. Termin jest znów wolny." in read(mail).text
    assert "Uczniowie: Ola Nowak, Jan Nowak, Ewa Nowak\nKiedy: " in read(mail).text
    assert "Cena miejsca: " in read(mail).text
    assert "Powód: Choroba" in read(mail).text
    assert [each for each in notified(tutor) if "odwołane" in each] == []
    mails = [sent_to(each)[-1] for each in students]
    for each in mails:
        assert "Choroba" in read(each).text
        assert entry(each, "session.ics" if each is mails[2] else "zajecia.ics").method.value == "CANCEL"
    assert read(mails[2]).subject.startswith("Session cancelled: ")
    assert [len(sent_to(each)) for each in students] == [2, 2, 2]


def test_its_entries_replace_those_of_the_seats(tutor: Person, students: list[Person]) -> None:
    session = group(students, tutor)
    before = [entry(mail).vevent for mail in sent_to(tutor)]
    call_off(tutor, session)
    calendar = entry(sent_to(tutor)[-1])
    assert calendar.method.value == "PUBLISH"
    assert [event.uid.value for event in calendar.vevent_list] == [event.uid.value for event in before]
    assert [(event.status.value, event.sequence.value) for event in calendar.vevent_list] == [("CANCELLED", "1")] * 3


def test_requests_and_offers_are_in_the_same_mail(people: People, tutor: Person, students: list[Person]) -> None:
    waiting, session = people.student(first_name="Piotr"), 0
    terms(tutor, confirmation="manual")
    for each in students:
        made = seat(each, tutor)
        session = made["session"]
    assert post(tutor, f"tutor/me/confirm/{made['id']}/").status == 200
    wait(waiting, session)
    post(students[1], f"{made['id'] - 1}/cancel/")
    assert offered(waiting)
    before = len(sent_to(tutor))
    call_off(tutor, session)
    [mail] = sent_to(tutor)[before:]
    assert (read(mail).subject, len(entry(mail).vevent_list)) == (f"{CALLED_OFF} (3)", 1)
    assert "Termin jest znów wolny." in read(mail).text
    subjects = [read(sent_to(each)[-1]).subject.partition(":")[0] for each in (students[0], students[2], waiting)]
    assert subjects == ["Prośba o rezerwację odrzucona", "Zajęcia odwołane", "Zajęcia odwołane"]


def test_a_group_of_requests_is_called_off_without_a_mail_to_the_tutor(tutor: Person, students: list[Person]) -> None:
    terms(tutor, confirmation="manual")
    session = group(students, tutor)
    before = len(sent_to(tutor))
    call_off(tutor, session)
    assert len(sent_to(tutor)) == before
    assert [read(sent_to(each)[-1]).subject.partition(":")[0] for each in students] == [
        "Prośba o rezerwację odrzucona"
    ] * 3


@pytest.mark.usefixtures("mails_wait")
@pytest.mark.parametrize(("heard", "mails"), [(0, 0), (1, 1), (3, 1)])
@pytest.mark.parametrize("dispatched", [True, False])
def test_a_tutor_is_not_mailed_about_the_end_of_seats_they_have_not_heard_of(
    tutor: Person, students: list[Person], heard: int, mails: int, *, dispatched: bool
) -> None:
    for number, each in enumerate(students):
        if number == heard:
            told()
        session = seat(each, tutor)["session"]
    if heard == len(students):
        told()
    elif dispatched:
        dispatch()
    call_off(tutor, session)
    told()
    subjects = [read(mail).subject.partition(" (")[0] for mail in sent_to(tutor)]
    assert [each for each in subjects if not each.startswith("Nowa rezerwacja: ")] == [CALLED_OFF] * mails
    assert len(subjects) == heard + mails


@pytest.mark.parametrize("size", [1, 2])
def test_a_group_larger_than_a_batch_is_mailed_once(
    monkeypatch: pytest.MonkeyPatch, tutor: Person, students: list[Person], size: int
) -> None:
    session = group(students, tutor)
    before = len(sent_to(tutor))
    monkeypatch.setattr("functions.notifications.dispatch_job.BATCH", size)
    call_off(tutor, session)
    for _ in students:
        dispatch()
    assert [read(mail).subject for mail in sent_to(tutor)[before:]] == [f"{CALLED_OFF} (3)"]
    assert [len(sent_to(each)) for each in students] == [2, 2, 2]


def test_time_off_sends_one_mail_too(people: People, students: list[Person]) -> None:
    tutor = tutor_in_london(people)
    group(students, tutor)
    before = len(sent_to(tutor))
    assert take_off(tutor, CANCELLING).status == 201
    assert [read(mail).subject for mail in sent_to(tutor)[before:]] == [f"{CALLED_OFF} (3)"]
