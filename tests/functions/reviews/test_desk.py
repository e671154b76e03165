"""Reviews at the staff desk."""

import pytest

from functions.reviews.handler import handler
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import while_account_goes
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
DESK = "/api/staff/reviews/"


@pytest.fixture
def review(people: People) -> int:
    row = {"tutor_id": people.tutor().tutor_id, "student_id": people.student().id, "rating": 1, "review": "Źle"}
    added: int = insert("ratings", row)
    insert("review_reports", {"rating_id": added, "reporter_id": people.student().id, "reason": "Kłamie"})
    return added


def listed(staff: Person, which: str) -> list[int]:
    return [each["id"] for each in call("GET", f"{DESK}{which}/", token=staff.access).json["results"]]


def decide(staff: Person, review: object, verb: str, reason: str = "Obraża") -> Answer:
    return call("POST", f"{DESK}{review}/{verb}/", token=staff.access, json_body={"reason": reason})


def test_staff_can_hide_a_reported_review_for_a_reason_and_show_it_again(people: People, review: int) -> None:
    staff = people.staff()
    assert (listed(staff, "reported"), listed(staff, "hidden")) == ([review], [])
    assert decide(staff, review, "hide").json == {"id": review, "hidden": True}
    assert (listed(staff, "reported"), listed(staff, "hidden")) == ([], [review])
    assert decide(staff, review, "unhide", "Pomyłka").json == {"id": review, "hidden": False}
    assert listed(staff, "hidden") == []
    [(author,)] = query("SELECT student_id FROM ratings")
    assert query("SELECT action, actor_id, user_id, subject, reason FROM staff_actions ORDER BY id") == [
        ("hide_review", staff.id, author, f"review {review}", "Obraża"),
        ("unhide_review", staff.id, author, f"review {review}", "Pomyłka"),
    ]


def test_invalid_requests_are_refused_and_change_nothing(people: People, review: int) -> None:
    staff = people.staff()
    for verb in ("hide", "unhide"):
        assert decide(staff, 99, verb).status == 404
        refused = decide(staff, review, verb, "")
        assert (refused.status, [*refused.json]) == (400, ["reason"])
    assert (listed(staff, "reported"), query("SELECT count(*) FROM staff_actions")) == ([review], [(0,)])


@pytest.mark.parametrize("verb", ["hide", "unhide"])
def test_a_decision_that_waits_for_the_account_of_staff_holds_nothing(people: People, review: int, verb: str) -> None:
    """Otherwise the deletion of that account would be a deadlock with it."""
    staff = people.staff()
    assert while_account_is_locked(staff, lambda: decide(staff, review, verb), "SELECT FROM tutors").status == 200


def test_staff_whose_account_is_being_deleted_decide_nothing(people: People, review: int) -> None:
    staff = people.staff()
    answer = while_account_goes(staff, lambda: decide(staff, review, "hide"))
    assert (answer.status, answer.json["code"]) == (401, "user_not_found")
    assert query("SELECT hidden_at FROM ratings") == [(None,)]
