"""Folded mails: several changes to a booking in quick succession lead to one mail about the outcome."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.mail import repository
from tests.support.booking_rows import FAR, PENDING, insert_booking
from tests.support.folded_mails import booked, minutes_later, move, subjects
from tests.support.mail_outbox import deliver, make_all_due
from tests.support.notifications import dispatch
from tests.support.people import Person, query
from tests.support.races import at_once
from tests.support.sent_emails import entry, read, sent, sent_to

pytestmark = pytest.mark.usefixtures("mails_wait")
WAITING = "SELECT round(extract(epoch FROM due_at - created_at)) FROM mail_outbox WHERE sent_at IS NULL ORDER BY id"


def test_a_mail_about_a_booking_waits_five_minutes(pair: tuple[Person, Person]) -> None:
    insert_booking(*pair).change("confirmed")
    dispatch()
    assert deliver() == 0
    assert query(WAITING) == [(300,), (300,)]
    make_all_due()
    assert (subjects(pair[0]), subjects(pair[1])) == (["Rezerwacja potwierdzona"], ["Nowa rezerwacja"])


def test_bookings_that_are_cancelled_at_once_are_not_mailed(pair: tuple[Person, Person]) -> None:
    for _ in range(2):
        again = insert_booking(*pair)
        again.change("confirmed")
        dispatch()
        again.cancel("student")
        query("UPDATE tutoring_sessions SET taken = false")
        dispatch()
    minutes_later()
    assert sent() == []
    assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]


def test_after_several_cancellations_the_final_booking_is_mailed_once_to_each(pair: tuple[Person, Person]) -> None:
    first = insert_booking(*pair)
    first.change("confirmed")
    first.cancel("student")
    query("UPDATE tutoring_sessions SET taken = false")
    insert_booking(*pair).change("confirmed")
    minutes_later()
    assert (subjects(pair[0]), subjects(pair[1])) == (["Rezerwacja potwierdzona"], ["Nowa rezerwacja"])


def test_a_student_is_mailed_that_the_tutor_cancelled_at_once(pair: tuple[Person, Person]) -> None:
    made = insert_booking(*pair)
    made.change("confirmed")
    dispatch()
    made.cancel("tutor", reason="Choruję.")
    minutes_later()
    assert (subjects(pair[0]), subjects(pair[1])) == (["Zajęcia odwołane"], [])
    assert "Powód: Choruję." in read(sent_to(pair[0])[0]).text


def test_changes_dispatched_together_are_folded_too(pair: tuple[Person, Person]) -> None:
    made = booked(pair)
    for days in (1, 2, 3):
        move(made, days)
    dispatch()
    make_all_due()
    for person in pair:
        [_told, moved] = sent_to(person)
        text = read(moved).text
        assert "w sobotę 13 stycznia 2035 o 14:00" in text
        assert "Poprzednio w środę 10 stycznia 2035 o 14:00" in text
        assert int(entry(moved).vevent.sequence.value) == 3


def test_a_booking_moved_before_its_first_mail_is_announced_at_its_new_time(pair: tuple[Person, Person]) -> None:
    made = insert_booking(*pair)
    made.change("confirmed")
    dispatch()
    move(made, 1)
    minutes_later()
    for person, subject in zip(pair, ("Rezerwacja potwierdzona", "Nowa rezerwacja"), strict=True):
        [mail] = sent_to(person)
        assert read(mail).subject.startswith(f"{subject}: ")
        assert "w czwartek 11 stycznia 2035" in read(mail).text
        assert "10 stycznia" not in read(mail).text
        assert entry(mail).vevent.dtstart.value == FAR + timedelta(days=1)


def test_a_tutor_is_not_asked_about_a_request_they_have_answered(pair: tuple[Person, Person]) -> None:
    declined = insert_booking(*pair, **PENDING)
    declined.change("requested")
    dispatch()
    declined.become("cancelled")
    declined.change("cancelled", "tutor", from_state="pending")
    minutes_later()
    assert (subjects(pair[0]), subjects(pair[1])) == (["Prośba o rezerwację odrzucona"], [])


def test_a_confirmed_request_is_cancelled_in_one_mail(pair: tuple[Person, Person]) -> None:
    """The student requested it the day before, so the cancellation must be mailed."""
    made = insert_booking(*pair, **PENDING)
    made.change("requested")
    dispatch()
    make_all_due()
    deliver()
    made.become("confirmed")
    made.change("confirmed", "tutor", from_state="pending")
    dispatch()
    made.cancel("tutor")
    dispatch()
    make_all_due()
    assert (subjects(pair[0]), subjects(pair[1])) == (
        ["Zajęcia odwołane"],
        ["Prośba o rezerwację", "Zajęcia odwołane"],
    )


def test_the_first_change_determines_when_the_mail_is_sent(pair: tuple[Person, Person]) -> None:
    """However often the booking changes after it, so a mail is not postponed forever."""
    made = booked(pair)
    move(made, 1)
    dispatch()
    query("UPDATE mail_outbox SET due_at = now() + interval '1 minute' WHERE sent_at IS NULL")
    move(made, 2)
    dispatch()
    assert query("SELECT round(extract(epoch FROM due_at - now())) FROM mail_outbox WHERE sent_at IS NULL") == [
        (60,),
        (60,),
    ]


@pytest.mark.parametrize("minutes", [5, 59])
def test_a_session_that_starts_within_the_hour_is_mailed_at_once(pair: tuple[Person, Person], minutes: int) -> None:
    soon = insert_booking(*pair, datetime.now(UTC) + timedelta(minutes=minutes))
    soon.change("confirmed")
    assert len(sent()) == 2
    soon.cancel("student")
    assert len(sent()) == 4


def test_a_move_away_from_within_the_hour_is_mailed_at_once(pair: tuple[Person, Person]) -> None:
    made = insert_booking(*pair, datetime.now(UTC) + timedelta(minutes=30))
    before = made.move(FAR)
    made.change("rescheduled", from_state="confirmed", old_starts_at=before)
    assert len(sent()) == 2


def test_an_offer_is_mailed_at_once(pair: tuple[Person, Person]) -> None:
    until = datetime.now(UTC) + timedelta(minutes=30)
    insert_booking(*pair, **{**PENDING, "awaiting": "student", "expires_at": until}).change("offered", "system")
    assert subjects(pair[0]) == ["Zwolniło się miejsce"]


def test_mails_about_accounts_do_not_wait(pair: tuple[Person, Person]) -> None:
    query("INSERT INTO mail_outbox (kind, recipient) VALUES ('password_changed', %s)", pair[0].email)
    assert deliver() == 1


def test_a_mail_whose_worker_died_still_reports_the_latest_change(pair: tuple[Person, Person]) -> None:
    made = booked(pair)
    move(made, 1)
    dispatch()
    make_all_due()
    assert repository.claim_due() is not None
    assert repository.claim_due() is not None
    move(made, 2)
    dispatch()
    make_all_due()
    last = [read(sent_to(person)[-1]).text for person in pair]
    assert all("w piątek 12 stycznia 2035" in text for text in last)


@pytest.mark.parametrize("rounds", [5, pytest.param(300, marks=pytest.mark.proof)])
def test_a_change_while_a_mail_is_being_sent_is_in_that_mail_or_another(
    pair: tuple[Person, Person], rounds: int
) -> None:
    """A mail being sent takes in no further changes; in any order, the final time is mailed last."""
    for number in range(rounds):
        starts_at = FAR + timedelta(weeks=number)
        made = insert_booking(*pair, starts_at)
        made.change("confirmed", "system")
        dispatch()
        make_all_due()
        made.change("rescheduled", from_state="confirmed", old_starts_at=made.move(starts_at + timedelta(days=1)))
        at_once(deliver, dispatch, deliver)
        dispatch()
        make_all_due()
        deliver()
        of_booking = "FROM mail_outbox WHERE (payload->>'booking')::int = %s"
        rows = query(f"SELECT recipient, payload->>'change' {of_booking}", made.id)
        [(newest,)] = query("SELECT max(id)::text FROM booking_changes WHERE booking_id = %s", made.id)
        for person in pair:
            mails = [change for recipient, change in rows if recipient == person.email]
            assert len(mails) in {1, 2}
            assert newest in mails
    assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]
    told = [entry(mail) for mail in sent_to(pair[0])]
    assert sum(int(each.vevent.sequence.value) == 1 for each in told if each) == rounds
