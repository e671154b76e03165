"""A tutor's move is a proposal: the session keeps its time until its students accept."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.booking_client import (
    REASON,
    WAITLIST,
    assert_error,
    at,
    book,
    booked,
    call,
    entries,
    free_tutor,
    history,
    inconsistencies,
    new_time,
    offered,
    post,
    start_in,
    state,
    sweep,
    terms,
    wait,
)
from tests.support.move_proposals import answer_to, held, kinds, open_proposal, propose, proposed, run_out, starts
from tests.support.people import People, query


@pytest.mark.parametrize("confirmation", ["automatic", "manual"])
def test_the_session_keeps_its_time_and_state_until_its_student_accepts(people: People, confirmation: str) -> None:
    tutor, student = free_tutor(people, confirmation=confirmation), people.student()
    before = booked(student, tutor, at(10))
    shown = proposed(tutor, before["id"], at(12), length=90)
    assert {**shown, "proposal": None, "updated_at": ""} == {**before, "proposal": None, "updated_at": ""}
    expires_at = datetime.fromisoformat(shown["proposal"].pop("expires_at"))
    assert shown["proposal"].pop("id") == open_proposal(before["id"])
    assert timedelta(hours=47) < expires_at - datetime.now(UTC) <= timedelta(hours=48)
    assert {**shown["proposal"], "start_time": 0, "end_time": 0} == {
        "start_time": 0,
        "end_time": 0,
        "accepted": False,
        "price": "150.00",
    }
    assert datetime.fromisoformat(shown["proposal"]["start_time"]) == at(12)
    assert datetime.fromisoformat(shown["proposal"]["end_time"]) == at(13.5)
    for hour in (10, 12):
        assert_error(book(people.student(), tutor, at(hour)), 409, "slot_taken")
    accepted = answer_to(student, before["id"], "accept").json
    assert (accepted["start_time"], accepted["price"], accepted["proposal"]) == (
        shown["proposal"]["start_time"],
        "150.00",
        None,
    )
    assert (accepted["state"], accepted["meeting_url"]) == (before["state"], before["meeting_url"])
    assert history(before["id"])[1:] == [
        ("move_proposed", before["state"], before["state"], "tutor"),
        ("rescheduled", before["state"], before["state"], "student"),
    ]
    assert held() == []
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


@pytest.mark.parametrize(
    ("who", "verb", "kind"),
    [(1, "decline", "move_declined"), (0, "withdraw", "move_withdrawn"), (2, "", "move_expired")],
)
def test_an_unaccepted_proposal_leaves_the_session_in_place_and_frees_the_new_time(
    people: People, who: int, verb: str, kind: str
) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    if verb:
        answer = answer_to((tutor, student)[who], booking, verb, reason="Nie mogę")
        assert (answer.status, answer.json["proposal"]) == (200, None)
    else:
        assert sweep()["proposals"] == 0
        run_out()
        assert_error(answer_to(student, booking, "accept"), 409, "expired")
        assert sweep()["proposals"] == 1
    assert (starts(booking), held(), kinds(booking)[1:]) == ([at(10)], [], ["move_proposed", kind])
    for person, another in ((student, "accept"), (student, "decline"), (tutor, "withdraw")):
        assert_error(answer_to(person, booking, another), 409, "wrong_state")
    assert book(people.student(), tutor, at(12)).status == 201
    assert inconsistencies() == []


def test_it_is_shown_with_the_booking_to_both_sides(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    assert call("GET", f"/api/reservation/reservation/{booking}/", token=student.access).json["proposal"] is None
    shown = proposed(tutor, booking, at(12))["proposal"]
    for person, side in ((student, "student"), (tutor, "tutor")):
        details = call("GET", f"/api/reservation/reservation/{booking}/", token=person.access).json
        assert details["proposal"] == shown
        assert details["changes"][-1]["proposed_start_time"] == shown["start_time"]
        [listed] = call("GET", f"/api/reservation/{side}/me/", token=person.access).json["results"]
        assert listed["proposal"] == shown
        recorded = "user" if side == "student" else "tutor"
        [old] = call("GET", f"/api/reservation/reservation/{recorded}/me/", token=person.access).json
        assert "proposal" not in old


def test_only_the_student_accepts_and_only_the_tutor_withdraws(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    for person in (people.tutor(), people.student()):
        for verb in ("accept", "decline"):
            assert answer_to(person, booking, verb).status == 404
    assert answer_to(people.tutor(), booking, "withdraw").status == 404
    assert answer_to(student, booking, "withdraw").status == 403
    for verb in ("accept", "decline"):
        assert answer_to(tutor, booking, verb).status == 404
    assert held() == [at(12)]


@pytest.mark.parametrize("start", [9.5, 10, 10.5])
def test_it_may_overlap_the_moving_session_but_nothing_else(people: People, start: float) -> None:
    tutor, student = free_tutor(people, buffer_before=10, buffer_after=10), people.student()
    booking = booked(student, tutor, at(10))["id"]
    other = booked(people.student(), tutor, at(13))["id"]
    proposed(tutor, booking, at(start), length=90)
    assert_error(propose(tutor, other, at(10)), 409, "slot_taken")
    assert answer_to(student, booking, "accept").status == 200
    assert starts(booking) == [at(start)]
    assert inconsistencies() == []


def test_only_the_proposal_that_was_read_can_be_accepted(people: People) -> None:
    """The tutor may have proposed another time since, or the same start at another length and price."""
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    read = [proposed(tutor, booking, at(15), length=length)["proposal"]["id"] for length in (60, 120, 60)]
    for earlier in (*read[:2], 2**40):
        assert_error(answer_to(student, booking, "accept", proposal=earlier), 409, "proposal_changed")
    for body in ({}, {"proposal": None}, {"proposal": "x"}, {"proposal": 0}):
        answer = post(student, f"{booking}/proposal/accept/", body)
        assert (answer.status, list(answer.json)) == (400, ["proposal"]), answer
    assert starts(booking) == [at(10)]
    accepted = answer_to(student, booking, "accept", proposal=read[2]).json
    assert (accepted["price"], starts(booking)) == ("100.00", [at(15)])


def test_a_new_proposal_replaces_the_open_one(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    proposed(tutor, booking, at(12.5))
    assert held() == [at(12.5)]
    assert kinds(booking)[1:] == ["move_proposed", "move_withdrawn", "move_proposed"]
    assert answer_to(student, booking, "accept").status == 200
    assert starts(booking) == [at(12.5)]
    assert inconsistencies() == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (1800, 119, "too_short_notice"),
        (119, 1800, "too_late_to_reschedule"),
        (1800, -1, "in_the_past"),
        (1800, 125, ""),
        (125, 1800, ""),
    ],
)
def test_it_can_be_answered_until_two_hours_before_the_earlier_time(
    people: People, old: int, new: int, code: str
) -> None:
    """`old` and `new` are in minutes from now."""
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    start_in(booking, minutes=old)
    [(now,)] = query("SELECT date_trunc('minute', now())")
    answer = propose(tutor, booking, now + timedelta(minutes=new))
    if code:
        assert_error(answer, 409, code)
        assert held() == []
        return
    [(until, earlier)] = query(
        "SELECT held.held_until, least(held.starts_at, s.starts_at) FROM tutoring_sessions held"
        " JOIN tutoring_sessions s ON s.id = held.moves_session_id"
    )
    assert until == earlier - timedelta(hours=2)


def test_the_end_of_the_booking_ends_the_proposal(people: People) -> None:
    tutor, student = free_tutor(people, days=4), people.student()
    for day in range(4):
        terms(tutor, confirmation="manual" if day > 1 else "automatic")
        booking = booked(student, tutor, at(10, day))["id"]
        proposed(tutor, booking, at(12, day))
        if day == 0:
            assert post(student, f"{booking}/cancel/").status == 200
        elif day == 1:
            assert post(tutor, f"{booking}/cancel/", REASON).status == 200
        elif day == 2:
            assert post(tutor, f"tutor/me/decline/{booking}/", REASON).status == 200
        else:
            query("UPDATE bookings SET expires_at = now() WHERE id = %s", booking)
            assert sweep()["expired"] == 1
        assert held() == []
        assert book(people.student(), tutor, at(12, day)).status == 201
    assert inconsistencies() == []


@pytest.mark.parametrize("who", ["student", "tutor"])
def test_deleting_an_account_ends_the_proposal(people: People, who: str) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    body = {"tutor": tutor.tutor_id, "start_time": at(12).isoformat()}
    assert call("POST", WAITLIST, token=waiting.access, json_body=body).status == 201
    query("DELETE FROM users WHERE id = %s", student.id if who == "student" else tutor.id)
    assert held() == []
    sweep()
    assert [each["state"] for each in entries(waiting)] == ["offered" if who == "student" else "closed"]
    assert inconsistencies() == []


def test_a_deleted_account_waiting_for_the_new_time_leaves_it_held(people: People) -> None:
    tutor, student, waiting = free_tutor(people), people.student(), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    body = {"tutor": tutor.tutor_id, "start_time": at(12).isoformat()}
    assert call("POST", WAITLIST, token=waiting.access, json_body=body).status == 201
    assert sweep()["passed_on"] == 0
    query("DELETE FROM users WHERE id = %s", waiting.id)
    assert held() == [at(12)]
    assert answer_to(student, booking, "accept").status == 200
    assert inconsistencies() == []


def test_the_waitlist_for_the_new_time_gets_it_if_declined_and_else_waits_for_the_moved_session(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    booking = booked(student, tutor, at(10))["id"]
    body = {"tutor": tutor.tutor_id, "start_time": at(12).isoformat()}
    proposed(tutor, booking, at(12))
    assert call("POST", WAITLIST, token=first.access, json_body=body).status == 201
    assert answer_to(student, booking, "accept").status == 200
    assert [entry["state"] for entry in entries(first)] == ["waiting"]
    assert post(student, f"{booking}/cancel/").status == 200
    assert state(offered(first)) == ("pending", "student")
    again, second = booked(student, tutor, at(15))["id"], people.student()
    proposed(tutor, again, at(18))
    body = {"tutor": tutor.tutor_id, "start_time": at(18).isoformat()}
    assert call("POST", WAITLIST, token=second.access, json_body=body).status == 201
    assert answer_to(student, again, "decline").status == 200
    assert sweep()["passed_on"] == 1
    assert starts(offered(second)) == [at(18)]
    assert inconsistencies() == []


def test_accepting_closes_the_waitlist_for_the_old_time_as_a_tutor_s_cancellation_does(people: People) -> None:
    tutor, student, first = free_tutor(people), people.student(), people.student()
    reservation = booked(student, tutor, at(10))
    wait(first, reservation["session"])
    proposed(tutor, reservation["id"], at(12))
    assert [entry["state"] for entry in entries(first)] == ["waiting"]
    assert answer_to(student, reservation["id"], "accept").status == 200
    assert [entry["state"] for entry in entries(first)] == ["closed"]
    assert book(people.student(), tutor, at(10)).status == 201
    assert inconsistencies() == []


def test_a_move_by_the_student_ends_the_proposal(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    assert post(student, f"{booking}/reschedule/", new_time(at(12.5))).status == 200
    assert (starts(booking), held()) == ([at(12.5)], [])
    assert_error(answer_to(student, booking, "accept"), 409, "wrong_state")
    assert inconsistencies() == []


def test_a_student_who_is_busy_then_cannot_accept(people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    booking = booked(student, tutor, at(10))["id"]
    proposed(tutor, booking, at(12))
    booked(student, free_tutor(people), at(12))
    assert_error(answer_to(student, booking, "accept"), 409, "student_busy")
    assert (starts(booking), held()) == ([at(10)], [at(12)])
    assert answer_to(student, booking, "decline").status == 200
