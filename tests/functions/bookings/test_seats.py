"""Who is given a seat that becomes free, and who is not."""

from tests.support.booking_client import (
    REASON,
    assert_error,
    at,
    book,
    booked,
    entries,
    free_tutor,
    inconsistencies,
    offered,
    post,
    state,
    sweep,
    wait,
)
from tests.support.people import People, insert, query


def test_declining_a_request_closes_the_waitlist(people: People) -> None:
    tutor, student, waiting = free_tutor(people, confirmation="manual"), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(waiting, reservation["session"])
    assert post(tutor, f"tutor/me/decline/{reservation['id']}/", REASON).status == 200
    assert entries(waiting)[0]["state"] == "closed"
    assert sweep()["passed_on"] == 0
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_nobody_passes_the_waitlist_of_a_group(people: People) -> None:
    """The seat of an account that is deleted is free until the sweep offers it."""
    tutor, students = free_tutor(people, group_seats=2), [people.student() for _ in range(4)]
    session = booked(students[0], tutor, at(10), kind="group")["session"]
    booked(students[1], tutor, at(10), kind="group")
    wait(students[2], session)
    query("DELETE FROM users WHERE id = %s", students[0].id)
    assert_error(post(students[3], "", {"session": session}), 409, "session_full")
    assert_error(book(students[3], tutor, at(10), kind="group"), 409, "session_full")
    assert sweep()["passed_on"] == 1
    assert state(offered(students[2])) == ("pending", "student")


def test_a_student_who_is_not_locked_is_offered_no_seat(people: People) -> None:
    """Ten of a waitlist are locked with a cancellation; if they have no time any more the next waits for the sweep."""
    tutor, other, student = free_tutor(people), free_tutor(people, group_seats=10), people.student()
    reservation, waiting = booked(student, tutor, at(10)), [people.student() for _ in range(11)]
    for each in waiting:
        insert("waitlist_entries", {"session_id": reservation["session"], "student_id": each.id})
    for each in waiting[:10]:
        booked(each, other, at(10), kind="group")
    assert post(student, f"{reservation['id']}/cancel/").status == 200
    assert [entries(each)[0]["state"] for each in waiting] == ["missed"] * 10 + ["waiting"]
    assert sweep()["passed_on"] == 1
    assert state(offered(waiting[10])) == ("pending", "student")
    assert inconsistencies() == []
