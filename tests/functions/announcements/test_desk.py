"""Announcements at the staff desk."""

import pytest

from functions.announcements.handler import handler
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.paused_transactions import while_account_goes
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
DESK = "/api/staff/announcements/"


def announce(tutor: Person, title: str) -> int:
    row = {"tutor_id": tutor.tutor_id, "title": title, "description": "x"}
    return int(insert("announcements", row))


def titles(staff: Person, query_string: str = "") -> list[str]:
    return [each["title"] for each in call("GET", f"{DESK}?{query_string}", token=staff.access).json["results"]]


def decide(staff: Person, number: object, verb: str, reason: str = "Reklama") -> Answer:
    return call("POST", f"{DESK}{number}/{verb}/", token=staff.access, json_body={"reason": reason})


def test_staff_can_hide_an_announcement_for_a_reason_and_show_it_again(people: People) -> None:
    staff, tutor, other = people.staff(), people.tutor(), people.tutor()
    first, _second = announce(tutor, "Kurs"), announce(other, "Grupa")
    assert titles(staff) == ["Grupa", "Kurs"]
    assert decide(staff, first, "hide").json == {"id": first, "hidden": True}
    assert titles(staff) == ["Grupa", "Kurs"]
    assert (titles(staff, "only=hidden"), titles(staff, "only=visible")) == (["Kurs"], ["Grupa"])
    assert titles(staff, f"tutor={tutor.tutor_id}") == ["Kurs"]
    assert [each["title"] for each in call("GET", "/api/announcement/announcements/").json["results"]] == ["Grupa"]
    assert decide(staff, first, "unhide", "Pomyłka").json == {"id": first, "hidden": False}
    assert titles(staff, "only=hidden") == []
    assert query("SELECT action, actor_id, user_id, subject, reason FROM staff_actions ORDER BY id") == [
        ("hide_announcement", staff.id, tutor.id, f"announcement {first}", "Reklama"),
        ("unhide_announcement", staff.id, tutor.id, f"announcement {first}", "Pomyłka"),
    ]


def test_announcements_come_in_pages(people: People) -> None:
    staff, tutor = people.staff(), people.tutor()
    for number in range(3):
        announce(tutor, str(number))
    page = call("GET", f"{DESK}?page_size=2&only=visible", token=staff.access).json
    assert [each["title"] for each in page["results"]] == ["2", "1"]
    assert [each["title"] for each in call("GET", page["next"], token=staff.access).json["results"]] == ["0"]


def test_invalid_requests_are_refused(people: People) -> None:
    staff, number = people.staff(), announce(people.tutor(), "Kurs")
    for verb in ("hide", "unhide"):
        assert decide(staff, number + 1, verb).status == 404
        refused = decide(staff, number, verb, " ")
        assert (refused.status, [*refused.json]) == (400, ["reason"])
    for query_string in ("only=x", "tutor=x"):
        assert call("GET", f"{DESK}?{query_string}", token=staff.access).status == 400
    assert query("SELECT count(*) FROM staff_actions") == [(0,)]


@pytest.mark.parametrize("verb", ["hide", "unhide"])
def test_a_decision_that_waits_for_the_account_of_staff_holds_nothing(people: People, verb: str) -> None:
    """Otherwise the deletion of that account would be a deadlock with it, if the announcement goes with it."""
    staff, number = people.staff(), announce(people.tutor(), "Kurs")
    answer = while_account_is_locked(staff, lambda: decide(staff, number, verb), "SELECT FROM announcements")
    assert answer.status == 200


def test_staff_whose_account_is_being_deleted_decide_nothing(people: People) -> None:
    staff, number = people.staff(), announce(people.tutor(), "Kurs")
    answer = while_account_goes(staff, lambda: decide(staff, number, "hide"))
    assert (answer.status, answer.json["code"]) == (401, "user_not_found")
    assert query("SELECT hidden_at FROM announcements") == [(None,)]
