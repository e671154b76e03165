"""Unconfirmed accounts expire with the link mailed to them."""

import pytest

from functions.mail.handler import handler
from tests.support.booking_rows import insert_booking
from tests.support.conversations import add_conversation
from tests.support.people import People, Person, query


def old(people: People, *, tutor: bool = False) -> Person:
    """Make an unconfirmed account, registered eight days ago."""
    person = (people.tutor if tutor else people.student)(confirmed_at=None)
    query("UPDATE users SET created_at = now() - interval '8 days' WHERE id = %s", person.id)
    query("DELETE FROM sign_in_sessions WHERE user_id = %s", person.id)
    return person


def sweep() -> set[object]:
    """Run the job; return the ids of the remaining accounts."""
    handler({}, None)
    return {row[0] for row in query("SELECT id FROM users")}


def test_unconfirmed_accounts_are_deleted_when_their_link_has_expired(people: People) -> None:
    old(people)
    old(people, tutor=True)
    assert sweep() == set()
    assert query("SELECT count(*) FROM tutors") == [(0,)]


def test_confirmed_and_recent_accounts_stay(people: People) -> None:
    confirmed, recent = people.student(), people.student(confirmed_at=None)
    query("DELETE FROM sign_in_sessions")
    query("UPDATE users SET created_at = now() - interval '100 days' WHERE id = %s", confirmed.id)
    query("UPDATE users SET created_at = now() - interval '6 days 23 hours' WHERE id = %s", recent.id)
    assert sweep() == {confirmed.id, recent.id}


@pytest.mark.parametrize(("days", "stays"), [(1, True), (-1, False)])
def test_a_later_link_keeps_the_account_as_long_as_it_is_valid(people: People, days: int, *, stays: bool) -> None:
    ola = old(people)
    until = "now() + make_interval(days => %s)"
    query(f"INSERT INTO email_tokens VALUES ('x', %s, 'confirm', {until})", ola.id, days)
    assert (ola.id in sweep()) == stays


def test_accounts_with_a_session_conversation_or_picture_and_those_of_staff_stay(people: People) -> None:
    signed_in, talking, pictured, staff, other = (*(old(people) for _ in range(4)), people.student())
    query("UPDATE users SET picture = 'x.webp' WHERE id = %s", pictured.id)
    query("UPDATE users SET is_staff = true WHERE id = %s", staff.id)
    query("INSERT INTO sign_in_sessions (user_id, expires_at) VALUES (%s, now() + interval '1 day')", signed_in.id)
    add_conversation(talking, other)
    assert sweep() == {signed_in.id, talking.id, pictured.id, staff.id, other.id}


def test_accounts_with_bookings_stay(people: People) -> None:
    student, tutor = old(people), old(people, tutor=True)
    insert_booking(student, people.tutor())
    insert_booking(people.student(), tutor)
    assert {student.id, tutor.id} < sweep()
