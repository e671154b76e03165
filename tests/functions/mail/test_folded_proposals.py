"""Folded mails about proposals and offers: people are not asked what they have already answered."""

from datetime import timedelta

import pytest

from tests.support.booking_client import at, free_tutor, terms
from tests.support.booking_client import booked as booked_by
from tests.support.booking_rows import FAR, PENDING, insert_booking
from tests.support.folded_mails import booked, minutes_later, move, propose, subjects
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.move_proposals import answer_to, proposed
from tests.support.notifications import dispatch
from tests.support.people import People, Person
from tests.support.sent_emails import entry, read, sent_to

pytestmark = pytest.mark.usefixtures("mails_wait")


@pytest.mark.parametrize(
    "answer", [("move_agreed", "student"), ("move_withdrawn", "tutor"), ("move_declined", "student")]
)
def test_a_new_booking_s_mail_confirms_it_whatever_happens_to_a_proposal(
    pair: tuple[Person, Person], answer: tuple[str, str]
) -> None:
    made = insert_booking(*pair)
    made.change("confirmed")
    dispatch()
    propose(made, "move_proposed", "tutor")
    propose(made, *answer)
    minutes_later()
    for person, subject in zip(pair, ("Rezerwacja potwierdzona", "Nowa rezerwacja"), strict=True):
        [mail] = sent_to(person)
        assert read(mail).subject.startswith(f"{subject}: ")
        assert entry(mail).vevent.dtstart.value == FAR
        assert "12 stycznia" not in read(mail).text


def test_an_open_proposal_is_in_the_mail_that_confirms_the_booking(pair: tuple[Person, Person]) -> None:
    made = insert_booking(*pair)
    made.change("confirmed")
    dispatch()
    propose(made, "move_proposed", "tutor")
    minutes_later()
    [mine], [theirs] = sent_to(pair[0]), sent_to(pair[1])
    assert read(mine).subject.startswith("Rezerwacja potwierdzona: ")
    assert "Nowy termin: w piątek 12 stycznia 2035 o 14:00 (Europe/Warsaw), 60 min. Przyjmij go" in read(mine).text
    assert "12 stycznia" not in read(theirs).text


@pytest.mark.parametrize("steps", [("move_agreed",), ("rescheduled",), ("move_agreed", "rescheduled")])
def test_a_student_is_not_asked_about_an_answered_proposal(pair: tuple[Person, Person], steps: tuple[str, ...]) -> None:
    made = booked(pair)
    propose(made, "move_proposed", "tutor")
    for step in steps:
        if step == "rescheduled":
            move(made, 1)
        else:
            propose(made, step, "student")
    minutes = [len(sent_to(person)) for person in pair]
    make_all_due()
    later = [read(mail) for mail in sent_to(pair[0])[minutes[0] :]]
    assert [mail.subject.partition(":")[0] for mail in later] == ["Zmiana terminu zajęć"] * ("rescheduled" in steps)
    assert all("Przyjmij" not in mail.text for mail in later)


def test_a_tutor_is_not_mailed_about_a_seat_accepted_and_cancelled_at_once(pair: tuple[Person, Person]) -> None:
    made = insert_booking(*pair, **{**PENDING, "awaiting": "student"})
    made.change("offered", "system")
    dispatch()
    made.become("confirmed")
    made.change("confirmed", "student", from_state="pending")
    dispatch()
    made.cancel("student")
    minutes_later()
    assert (subjects(pair[0]), subjects(pair[1])) == ([], [])


def test_a_student_who_accepted_a_seat_is_mailed_that_the_tutor_cancelled_at_once(pair: tuple[Person, Person]) -> None:
    made = insert_booking(*pair, **{**PENDING, "awaiting": "student"})
    made.change("offered", "system")
    made.become("confirmed")
    made.change("confirmed", "student", from_state="pending")
    dispatch()
    made.cancel("tutor")
    minutes_later()
    assert (subjects(pair[0]), subjects(pair[1])) == (["Zajęcia odwołane"], [])


@pytest.mark.parametrize("mover", ["student", "tutor"])
def test_the_mail_about_a_new_booking_moved_despite_a_proposal_asks_nothing(
    pair: tuple[Person, Person], mover: str
) -> None:
    made = insert_booking(*pair)
    made.change("confirmed")
    dispatch()
    propose(made, "move_proposed", "tutor")
    days = 2 if mover == "tutor" else 1
    proposed_at = FAR + timedelta(days=2) if mover == "tutor" else None
    before = made.move(FAR + timedelta(days=days))
    made.change("rescheduled", from_state="confirmed", old_starts_at=before, proposed_starts_at=proposed_at)
    minutes_later()
    [mail] = sent_to(pair[0])
    assert read(mail).subject.startswith("Rezerwacja potwierdzona: ")
    assert "Przyjmij" not in read(mail).text
    assert entry(mail).vevent.dtstart.value == FAR + timedelta(days=days)


def in_group(student: Person, tutor: Person) -> int:
    return int(booked_by(student, tutor, at(10), kind="group")["id"])


def test_a_tutor_is_still_asked_about_a_request_in_a_group_that_moved(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(2)]
    first = in_group(students[0], tutor)
    dispatch()
    make_all_due()
    deliver()
    terms(tutor, confirmation="manual")
    second = in_group(students[1], tutor)
    dispatch()
    proposed(tutor, first, at(15))
    for student, booking in zip(students, (first, second), strict=True):
        answer_to(student, booking, "accept")
    dispatch()
    make_all_due()
    told = [read(mail) for mail in sent_to(tutor)][1:]
    assert {mail.subject.partition(":")[0] for mail in told} == {"Nowy termin zajęć przyjęty", "Prośba o rezerwację"}
    assert all(" o 16:00 (Europe/Warsaw)" in mail.text for mail in told)
