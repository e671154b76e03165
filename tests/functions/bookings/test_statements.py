"""How many SQL statements each use case sends, counted at the server."""

from tests.support.booking_client import RESERVATIONS, WAITLIST, at, book, booked, call, free_tutor, post
from tests.support.people import People
from tests.support.statements import statements

# The caller, begin, find, lock, calendar, busy (these three in one round trip), insert, commit.
BOOKING = 8
# The key and its answer, and a savepoint for errors.
KEY = 4


def test_statements_of_a_booking(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    with statements() as sent:
        assert book(student, tutor, at(10)).status == 201
    assert len(sent) == BOOKING, sent
    with statements() as sent:
        assert book(student, tutor, at(12), key="a").status == 201
    assert len(sent) == BOOKING + KEY, sent


def test_a_series_takes_as_many_statements_as_a_booking(people: People) -> None:
    tutor, student = free_tutor(people, days=22), people.student()
    with statements() as sent:
        assert book(student, tutor, at(10), weeks=4).status == 201
    assert len(sent) == BOOKING, sent


def test_statements_of_changes(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    reservation = booked(student, tutor, at(10))
    with statements() as sent:
        moved = {"start_time": at(12).isoformat()}
        assert post(student, f"{reservation['id']}/reschedule/", moved).status == 200
    # The caller, begin, find, lock, find, calendar, busy, move, the waitlist, the booking to answer, commit.
    assert len(sent) == 11, sent
    with statements() as sent:
        assert post(student, f"{reservation['id']}/cancel/").status == 200
    # The caller, begin, find, lock, find, cancel, the offer, the waitlist, the time, the booking to answer, commit.
    assert len(sent) == 11, sent


def test_every_list_is_one_statement_after_the_caller_s(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    booked(student, tutor, at(12))
    for path in (
        f"{RESERVATIONS}user/me/",
        f"{RESERVATIONS}tutor/me/?p=1&state=confirmed",
        f"{RESERVATIONS}{booking}/",
        "/api/reservation/earnings/me/?year=2027",
        WAITLIST,
        f"{WAITLIST}me/",
        "/api/reservation/student/me/",
    ):
        with statements() as sent:
            assert call("GET", path, token=tutor.access).status == 200
        assert len(sent) == 2, sent
