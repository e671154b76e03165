"""Folded mails about weekly series: each session is reported as it is when the mail is sent."""

import pytest

from functions.mail import repository
from tests.functions.notifications.test_joint_events import booked_series
from tests.support.booking_client import REASON, SERIES, at, call, free_tutor, post
from tests.support.folded_mails import minutes_later, subjects
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.move_proposals import open_proposal
from tests.support.notifications import dispatch
from tests.support.people import People, Person
from tests.support.sent_emails import entry, read, sent_to

pytestmark = pytest.mark.usefixtures("mails_wait")


@pytest.mark.parametrize("actor", ["student", "tutor"])
def test_of_a_series_cancelled_at_once_only_a_student_who_did_not_cancel_it_is_mailed(
    pair: tuple[Person, Person], people: People, actor: str
) -> None:
    tutor, student = free_tutor(people, days=22), pair[0]
    series, _bookings = booked_series(student, tutor)
    dispatch()
    caller = student if actor == "student" else tutor
    assert call("POST", f"{SERIES}{series}/cancel/", token=caller.access, json_body=REASON).status == 200
    minutes_later()
    told = {"student": [], "tutor": ["Zajęcia odwołane"]}[actor]
    assert (subjects(student), subjects(tutor)) == (told, [])


def test_the_mail_about_a_new_series_leaves_out_cancelled_sessions(pair: tuple[Person, Person], people: People) -> None:
    tutor, student = free_tutor(people, days=22), pair[0]
    series, bookings = booked_series(student, tutor)
    dispatch()
    body = {"from_reservation": bookings[2]}
    assert call("POST", f"{SERIES}{series}/cancel/", token=student.access, json_body=body).status == 200
    minutes_later()
    for person in (student, tutor):
        [mail] = sent_to(person)
        assert read(mail).text.count(" o 11:00 (Europe/Warsaw)") == 2


def series_call(caller: Person, series: str, path: str, body: dict[str, object]) -> None:
    answer = call("POST", f"{SERIES}{series}/{path}/", token=caller.access, json_body=body)
    assert answer.status == 200, answer


@pytest.mark.parametrize("together", [True, False])
def test_the_mail_about_a_new_series_has_only_the_remaining_sessions_at_their_new_times(
    pair: tuple[Person, Person], people: People, *, together: bool
) -> None:
    tutor, student = free_tutor(people, days=29), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    steps: list[tuple[str, dict[str, object]]] = [
        ("reschedule", {"start_time": at(10, 1).isoformat()}),
        ("cancel", {"from_reservation": bookings[1]}),
    ]
    for path, body in steps:
        if not together:
            dispatch()
        series_call(student, series, path, body)
    minutes_later()
    for person, subject in ((student, "Rezerwacja potwierdzona"), (tutor, "Nowa rezerwacja")):
        [mail] = sent_to(person)
        assert read(mail).subject.startswith(f"{subject}: ")
        assert read(mail).text.count(" o 11:00 (Europe/Warsaw)") == 1
        assert entry(mail).vevent.dtstart.value == at(10, 1)


def test_mails_about_a_known_series_report_each_moved_or_cancelled_session_once(
    pair: tuple[Person, Person], people: People
) -> None:
    tutor, student = free_tutor(people, days=29), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    dispatch()
    make_all_due()
    deliver()
    series_call(student, series, "reschedule", {"start_time": at(10, 1).isoformat()})
    dispatch()
    series_call(student, series, "cancel", {"from_reservation": bookings[1]})
    dispatch()
    make_all_due()
    for person in (student, tutor):
        told = [read(mail).subject.partition(":")[0] for mail in sent_to(person)][1:]
        assert told == ["Zmiana terminu zajęć", "Zajęcia odwołane"]
        assert read(sent_to(person)[1]).subject.endswith("(1)")


@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw"])
def test_a_student_is_not_asked_about_an_answered_proposal_for_a_new_series(
    pair: tuple[Person, Person], people: People, answer: str
) -> None:
    tutor, student = free_tutor(people, days=29), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    dispatch()
    series_call(tutor, series, "reschedule", {"start_time": at(10, 1).isoformat(), **REASON})
    dispatch()
    accepted = {"proposals": [open_proposal(each) for each in bookings]}
    caller = tutor if answer == "withdraw" else student
    series_call(caller, series, f"proposal/{answer}", {**(accepted if answer == "accept" else REASON)})
    minutes_later()
    assert all("Przyjmij" not in read(mail).text for mail in sent_to(student))
    assert subjects(tutor) == ["Nowa rezerwacja"]
    assert subjects(student)[0] == "Rezerwacja potwierdzona"
    assert entry(sent_to(student)[0]).vevent.dtstart.value == at(10, int(answer == "accept"))


def test_a_tutor_is_not_asked_about_an_answered_request_for_a_series(
    pair: tuple[Person, Person], people: People
) -> None:
    tutor, student = free_tutor(people, days=29, confirmation="manual"), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    dispatch()
    assert post(tutor, f"tutor/me/confirm/{bookings[0]}/").status == 200
    dispatch()
    series_call(tutor, series, "cancel", {"from_reservation": bookings[1], **REASON})
    minutes_later()
    assert subjects(tutor) == ["Rezerwacja potwierdzona"]


@pytest.mark.parametrize("kind", ["rescheduled", "cancelled"])
def test_the_mail_about_a_new_series_includes_changes_to_single_sessions(
    pair: tuple[Person, Person], people: People, kind: str
) -> None:
    tutor, student = free_tutor(people, days=29), pair[0]
    _series, bookings = booked_series(student, tutor, 3)
    dispatch()
    path, body = ("reschedule", {"start_time": at(10, 1).isoformat()}) if kind == "rescheduled" else ("cancel", {})
    assert post(student, f"{bookings[0]}/{path}/", body).status == 200
    minutes_later()
    for person in (student, tutor):
        [mail] = sent_to(person)
        assert read(mail).text.count(" o 11:00 (Europe/Warsaw)") == (3 if kind == "rescheduled" else 2)


def test_changes_while_the_mail_about_a_new_series_is_sent_are_mailed_separately(
    pair: tuple[Person, Person], people: People
) -> None:
    tutor, student = free_tutor(people, days=29), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    dispatch()
    make_all_due()
    assert repository.claim_due() is not None
    assert repository.claim_due() is not None
    series_call(student, series, "cancel", {"from_reservation": bookings[1]})
    dispatch()
    make_all_due()
    assert [subjects(person)[-1] for person in (student, tutor)] == ["Zajęcia odwołane"] * 2


def test_a_tutor_who_was_asked_about_a_series_is_mailed_its_cancellation(
    pair: tuple[Person, Person], people: People
) -> None:
    """The tutor was mailed the request, so its confirmation must not be the last thing they hear."""
    tutor, student = free_tutor(people, days=29, confirmation="manual"), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    dispatch()
    make_all_due()
    deliver()
    for each in bookings:
        assert post(tutor, f"tutor/me/confirm/{each}/").status == 200
    dispatch()
    series_call(student, series, "cancel", {})
    dispatch()
    make_all_due()
    assert subjects(tutor)[0] == "Prośba o rezerwację"
    assert subjects(tutor)[-1] == "Zajęcia odwołane"


def known_series(pair: tuple[Person, Person], people: People) -> tuple[Person, Person, str, list[int]]:
    """Return a student and a tutor who have been mailed about their series, and the series."""
    tutor, student = free_tutor(people, days=29), pair[0]
    series, bookings = booked_series(student, tutor, 3)
    dispatch()
    make_all_due()
    deliver()
    return student, tutor, series, bookings


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("second", ["series", "one"])
def test_a_known_series_moved_twice_is_reported_with_the_last_mailed_time(
    pair: tuple[Person, Person], people: People, second: str, *, together: bool
) -> None:
    student, tutor, series, bookings = known_series(pair, people)
    series_call(student, series, "reschedule", {"start_time": at(10, 1).isoformat()})
    if not together:
        dispatch()
    if second == "series":
        series_call(student, series, "reschedule", {"start_time": at(12, 1).isoformat()})
    else:
        assert post(student, f"{bookings[0]}/reschedule/", {"start_time": at(12, 1).isoformat()}).status == 200
    dispatch()
    make_all_due()
    for person in (student, tutor):
        texts = [read(mail).text for mail in sent_to(person)[1:]]
        assert len(texts) == (1 if second == "series" else 2)
        [text] = [text for text in texts if " o 13:00 (Europe/Warsaw)" in text]
        assert text.count("poniedziałek") == (3 if second == "series" else 1)
        assert "wtorek" in text
        assert " o 11:00 (Europe/Warsaw)" in text


def test_a_session_moved_before_its_series_is_reported_with_the_last_mailed_time(
    pair: tuple[Person, Person], people: People
) -> None:
    student, tutor, series, bookings = known_series(pair, people)
    assert post(student, f"{bookings[0]}/reschedule/", {"start_time": at(14, 2).isoformat()}).status == 200
    dispatch()
    series_call(student, series, "reschedule", {"start_time": at(12, 1).isoformat()})
    dispatch()
    make_all_due()
    for person in (student, tutor):
        [mail] = sent_to(person)[1:]
        assert "środ" not in read(mail).text


@pytest.mark.parametrize("together", [True, False])
def test_a_proposal_for_a_known_series_withdrawn_at_once_is_not_mailed(
    pair: tuple[Person, Person], people: People, *, together: bool
) -> None:
    student, tutor, series, _bookings = known_series(pair, people)
    series_call(tutor, series, "reschedule", {"start_time": at(10, 1).isoformat(), **REASON})
    if not together:
        dispatch()
    series_call(tutor, series, "proposal/withdraw", {})
    dispatch()
    make_all_due()
    assert [len(sent_to(person)) for person in (student, tutor)] == [1, 1]


def test_a_student_who_knows_of_a_proposal_is_mailed_the_withdrawal_of_its_successor(
    pair: tuple[Person, Person], people: People
) -> None:
    student, tutor, series, _bookings = known_series(pair, people)
    series_call(tutor, series, "reschedule", {"start_time": at(10, 1).isoformat(), **REASON})
    dispatch()
    make_all_due()
    deliver()
    series_call(tutor, series, "reschedule", {"start_time": at(10, 2).isoformat(), **REASON})
    dispatch()
    series_call(tutor, series, "proposal/withdraw", {})
    dispatch()
    make_all_due()
    assert [read(mail).subject.partition(":")[0] for mail in sent_to(student)][1:] == [
        "Propozycja nowego terminu",
        "Propozycja nowego terminu wycofana",
    ]
