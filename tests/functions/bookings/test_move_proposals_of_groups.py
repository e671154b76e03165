"""A tutor's proposal to move a group: each of its students accepts or leaves."""

from functions.availability.handler import handler as availability_handler
from tests.support.booking_client import (
    REASON,
    SERIES,
    assert_error,
    at,
    book,
    booked,
    call,
    free_tutor,
    history,
    inconsistencies,
    offered,
    post,
    shown,
    state,
    sweep,
    wait,
)
from tests.support.lambda_client import LambdaClient
from tests.support.move_proposals import answer_to, held, kinds, open_proposal, proposed, run_out, starts
from tests.support.people import People, Person, query

availability = LambdaClient(availability_handler)


def group_of(people: People, tutor: Person, size: int, day: int = 0) -> tuple[list[Person], list[int]]:
    students = [people.student() for _ in range(size)]
    return students, [booked(each, tutor, at(10, day), kind="group")["id"] for each in students]


def test_a_group_moves_when_all_have_accepted(people: People) -> None:
    tutor = free_tutor(people)
    students, bookings = group_of(people, tutor, 3)
    proposed(tutor, bookings[1], at(15))
    for student, booking in zip(students[:2], bookings[:2], strict=True):
        for _ in range(2):
            answer = answer_to(student, booking, "accept").json
            assert (answer["proposal"]["accepted"], starts(booking)) == (True, [at(10)])
    assert answer_to(students[2], bookings[2], "accept").json["proposal"] is None
    assert starts(*bookings) == [at(15)] * 3
    assert [kinds(each)[1:] for each in bookings] == [["move_proposed", "move_agreed", "rescheduled"]] * 3
    assert [history(each)[-1][3] for each in bookings] == ["system", "system", "student"]
    assert inconsistencies() == []


def test_a_student_who_declines_leaves_and_the_others_move(people: People) -> None:
    tutor = free_tutor(people)
    students, bookings = group_of(people, tutor, 3)
    proposed(tutor, bookings[0], at(15))
    for student, booking in zip(students[:2], bookings[:2], strict=True):
        answer_to(student, booking, "accept")
    assert answer_to(students[2], bookings[2], "decline").json["state"] == "cancelled"
    assert starts(*bookings) == [at(15), at(15), at(10)]
    proposed(tutor, bookings[0], at(18))
    answer_to(students[0], bookings[0], "accept")
    assert post(students[1], f"{bookings[1]}/cancel/").status == 200
    assert starts(bookings[0]) == [at(15)]
    assert sweep()["proposals"] == 1
    assert starts(bookings[0]) == [at(18)]
    assert inconsistencies() == []


def test_a_group_does_not_move_if_a_student_does_not_answer(people: People) -> None:
    tutor = free_tutor(people)
    students, bookings = group_of(people, tutor, 2)
    proposed(tutor, bookings[0], at(15))
    answer_to(students[0], bookings[0], "accept")
    run_out()
    assert sweep()["proposals"] == 1
    assert (starts(*bookings), held()) == ([at(10)] * 2, [])
    assert proposed(tutor, bookings[0], at(16))["proposal"]["accepted"] is False


def test_a_group_with_an_open_proposal_gives_out_no_seats(people: People) -> None:
    tutor, late = free_tutor(people, group_seats=3), people.student()
    students, bookings = group_of(people, tutor, 2)
    [(session,)] = query("SELECT DISTINCT session_id FROM bookings")
    proposed(tutor, bookings[0], at(15))
    assert_error(post(late, "", {"session": session}), 409, "session_full")
    assert_error(book(late, tutor, at(15), kind="group"), 409, "slot_taken")
    slots = availability("GET", f"/api/availability/tutors/{tutor.tutor_id}/slots/?kind=group", token=late.access)
    assert str(session) not in slots.body.decode()
    assert wait(late, session).status == 201
    answer_to(tutor, bookings[0], "withdraw")
    assert sweep()["passed_on"] == 1
    assert state(offered(late)) == ("pending", "student")
    assert inconsistencies() == []
    assert len(students) == 2


def test_accepting_an_offer_that_moved_with_its_group_must_name_the_new_times(people: People) -> None:
    tutor = free_tutor(people, group_seats=2)
    students, bookings = group_of(people, tutor, 2)
    waiting = people.student()
    [(session,)] = query("SELECT DISTINCT session_id FROM bookings")
    wait(waiting, session)
    post(students[0], f"{bookings[0]}/cancel/")
    offer = offered(waiting)
    read = shown(waiting, offer)
    proposed(tutor, bookings[1], at(10), length=120)
    answer_to(students[1], bookings[1], "accept")
    path, times = f"{offer}/accept/", ("start_time", "end_time")
    for unread in ({}, {"start_time": read["start_time"]}, {name: read[name] for name in times}):
        assert_error(post(waiting, path, unread), 409, "session_moved")
    accepted = post(waiting, path, {name: shown(waiting, offer)[name] for name in times}).json
    assert (accepted["state"], accepted["price"]) == ("confirmed", "200.00")
    assert inconsistencies() == []


def test_a_student_who_became_busy_cannot_accept_for_a_series_either(people: People) -> None:
    """Otherwise the last student to accept would be told that somebody is busy."""
    tutor, student, other = free_tutor(people, days=9), people.student(), people.student()
    body = {"tutor": tutor.tutor_id, "start_time": at(10).isoformat(), "length": 60, "weeks": 2, "kind": "group"}
    series = call("POST", SERIES, token=student.access, json_body=body).json
    booked(other, tutor, at(10), kind="group")
    move = {"start_time": at(15).isoformat(), **REASON}
    path = f"{SERIES}{series['id']}/"
    assert call("POST", f"{path}reschedule/", token=tutor.access, json_body=move).status == 200
    booked(student, free_tutor(people), at(15.5))
    accepted = {"proposals": [open_proposal(each["id"]) for each in series["reservations"]]}
    answer = call("POST", f"{path}proposal/accept/", token=student.access, json_body=accepted)
    assert_error(answer, 409, "student_busy")
