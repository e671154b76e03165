"""What the scheduled function completes and expires."""

from datetime import timedelta

from functions.bookings.actions.sweep import expire_hold
from functions.bookings.data.due import find_expired_holds
from shared.kit.db.pool import connection
from shared.kit.db.transactions import run_transaction
from tests.support.booking_client import (
    assert_error,
    at,
    book,
    booked,
    ended_booking,
    free_tutor,
    history,
    inconsistencies,
    post,
    shift,
    state,
    sweep,
)
from tests.support.people import People, query


def test_the_sweep_completes_what_ended_an_hour_ago(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = ended_booking(student, tutor)
    assert sweep()["completed"] == 0
    shift(booking, timedelta(hours=-1))
    assert sweep() == {"expired": 0, "proposals": 0, "passed_on": 0, "completed": 1, "forgotten": 0}
    assert state(booking) == ("completed", None)
    assert history(booking)[1:] == [("completed", "confirmed", "completed", "system")]


def test_the_sweep_expires_requests(people: People) -> None:
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    assert sweep()["expired"] == 0
    query("UPDATE bookings SET expires_at = now()")
    assert_error(post(tutor, f"tutor/me/confirm/{reservation['id']}/"), 409, "expired")
    assert sweep()["expired"] == 1
    assert history(reservation["id"])[1:] == [("expired", "pending", "expired", "system")]
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_a_hold_that_was_renewed_is_not_expired(people: People) -> None:
    """It was renewed after the sweep found it due and before the sweep took its locks."""
    tutor, student = free_tutor(people, confirmation="manual"), people.student()
    reservation = booked(student, tutor, at(10))
    query("UPDATE bookings SET expires_at = now()")
    with connection() as db:
        [due] = find_expired_holds(db, 10)
    query("UPDATE bookings SET expires_at = now() + interval '1 hour'")
    assert not run_transaction(lambda db: expire_hold(db, due))
    assert state(reservation["id"]) == ("pending", "tutor")
