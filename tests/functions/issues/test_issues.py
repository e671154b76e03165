"""Issues that people report to staff, and the answers."""

from functools import partial
from typing import Any

import pytest

from functions.issues import repository, service
from functions.issues.handler import handler
from functions.issues.service import MAX_OPEN
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.notifications import dispatch, notified
from tests.support.paused_transactions import while_account_goes
from tests.support.people import People, Person, query
from tests.support.races import at_once

call = LambdaClient(handler)
BASE = "/api/reporting/issue"
NEW = {"category": "help_request", "title": "Pomocy", "description": "Nie mogę się zalogować"}


def report(person: Person, **changes: Any) -> Answer:
    return call("POST", f"{BASE}/create/", token=person.access, json_body=NEW | changes)


def answer(person: Person, issue: str, body: str = "Już działa") -> Answer:
    return call("POST", f"{BASE}/respond/create/{issue}/", token=person.access, json_body={"body": body})


def detail(person: Person, issue: str) -> Answer:
    return call("GET", f"{BASE}/detail/{issue}/", token=person.access)


def set_status(person: Person, issue: str, status: str, **more: str) -> Answer:
    return call("PATCH", f"/api/staff/issues/{issue}/", token=person.access, json_body={"status": status, **more})


@pytest.fixture
def staff(people: People) -> Person:
    return people.student(is_staff=True, email="staff@example.com")


def test_staff_can_answer_and_close_an_issue(people: People, staff: Person) -> None:
    ola = people.student(language="en")
    reported = report(ola)
    assert reported.status == 201
    issue = reported.json["id"]
    assert reported.json | {"created_at": "", "updated_at": ""} == {
        "id": issue,
        **NEW,
        "status": "new",
        "created_at": "",
        "updated_at": "",
        "reported_by": str(ola.id),
    }
    assert call("GET", "/api/staff/issues/", token=staff.access).json["results"] == [reported.json]
    said = answer(staff, issue)
    assert (said.status, said.json["body"], said.json["responder"]) == (201, "Już działa", str(staff.id))
    assert query("SELECT user_id, kind, message, data FROM notifications") == [
        (ola.id, "issue_answered", "New answer to your report: “Pomocy”", {"issue": issue})
    ]
    assert answer(ola, issue, "Dziękuję").status == 201
    assert query("SELECT count(*) FROM notifications") == [(1,)]
    found = detail(ola, issue).json
    assert (found["status"], [each["body"] for each in found["answers"]]) == ("in_progress", ["Już działa", "Dziękuję"])
    assert set_status(staff, issue, "resolved").json["status"] == "resolved"
    assert call("GET", "/api/staff/issues/", token=staff.access).json["count"] == 0
    assert call("GET", "/api/staff/issues/?status=resolved", token=staff.access).json["count"] == 1
    answer(ola, issue, "Jednak nie")
    assert detail(staff, issue).json["status"] == "in_progress"
    set_status(staff, issue, "closed")
    refused = answer(ola, issue)
    assert (refused.status, refused.json["code"]) == (409, "issue_closed")


def test_own_issues_are_listed_the_newest_first(people: People) -> None:
    ola, jan = people.student(), people.tutor()
    for title in ("Pierwsze", "Drugie"):
        report(ola, title=title)
    report(jan, title="Jana")
    listed = call("GET", f"{BASE}/list/?page_size=1", token=ola.access).json
    assert (listed["count"], [each["title"] for each in listed["results"]]) == (2, ["Drugie"])
    assert [each["title"] for each in call("GET", listed["next"], token=ola.access).json["results"]] == ["Pierwsze"]


def test_other_people_s_issues_are_not_found(people: People, staff: Person) -> None:
    issue = report(people.student()).json["id"]
    stranger = people.tutor()
    for id_ in (issue, "00000000-0000-4000-8000-000000000000", issue.upper(), "x"):
        assert detail(stranger, id_).status == 404
        assert answer(stranger, id_).status == 404
    assert set_status(stranger, issue, "closed").status == 403
    assert call("GET", "/api/staff/issues/", token=stranger.access).status == 403
    assert set_status(staff, "00000000-0000-4000-8000-000000000000", "closed").status == 404
    assert detail(staff, issue).json["answers"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "x"}, "category"),
        ({"category": None}, "category"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "\u200b"}, "description"),
        ({"description": "x" * 5001}, "description"),
    ],
)
def test_invalid_fields_are_reported(people: People, changes: Any, field: str) -> None:
    refused = report(people.student(), **changes)
    assert (refused.status, [*refused.json]) == (400, [field])
    assert query("SELECT * FROM issues") == []


def test_an_issue_is_deleted_with_its_reporter_and_outlives_the_staff_who_answered(
    people: People, staff: Person
) -> None:
    ola = people.student()
    issue = report(ola).json["id"]
    answer(staff, issue)
    query("DELETE FROM users WHERE id = %s", staff.id)
    assert [each["responder"] for each in detail(ola, issue).json["answers"]] == [None]
    query("DELETE FROM users WHERE id = %s", ola.id)
    assert query("SELECT * FROM issues") == query("SELECT * FROM issue_answers") == []


def race(people: People) -> list[int]:
    ola = people.student()
    query(
        "INSERT INTO issues (reported_by, category, title, description)"
        " SELECT %s, 'violation', 'x', 'x' FROM generate_series(1, %s)",
        ola.id,
        MAX_OPEN - 1,
    )
    return sorted(each.status for each in at_once(*[partial(report, ola)] * 6))


def test_an_answer_that_waits_for_the_reporter_does_not_hold_the_issue(people: People, staff: Person) -> None:
    """Otherwise the deletion of the reporter's account would be a deadlock with it."""
    ola = people.student()
    issue = report(ola).json["id"]
    assert while_account_is_locked(ola, lambda: answer(staff, issue), "SELECT FROM issues").status == 201


def test_staff_whose_account_is_being_deleted_answer_nothing(people: People, staff: Person) -> None:
    issue = report(people.student()).json["id"]
    answered = while_account_goes(staff, lambda: answer(staff, issue))
    assert (answered.status, answered.json["code"]) == (401, "user_not_found")


def test_concurrent_issues_do_not_exceed_the_limit_of_open_ones(people: People) -> None:
    assert race(people) == [201, *[409] * 5]


def test_without_the_lock_the_limit_is_exceeded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-test to the one above."""
    monkeypatch.setattr(repository, "lock_reporter", lambda *_: True)
    assert any(race(people).count(201) > 1 for _ in range(10))


def test_the_number_of_answers_is_limited(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_ANSWERS", 2)
    ola = people.student()
    issue = report(ola).json["id"]
    assert [answer(ola, issue).status for _ in range(3)] == [201, 201, 409]


def test_staff_are_notified_of_each_issue_and_mailed_once_an_hour(people: People, staff: Person) -> None:
    ola = people.student()
    assert [report(ola).status, report(ola).status] == [201, 201]
    assert dispatch() == 2
    assert notified(staff) == ["Nowe zgłoszenie czeka na decyzję obsługi."] * 2
    assert notified(ola) == []
    assert [(mail.to, mail.subject) for mail in delivered()] == [(staff.email, "Nowe zgłoszenie")]


def test_the_audit_trail_records_what_staff_do_but_not_what_reporters_do(people: People, staff: Person) -> None:
    ola = people.student()
    issue = report(ola).json["id"]
    answer(ola, issue)
    answer(staff, issue)
    for status in ("new", "in_progress", "resolved", "closed"):
        assert set_status(staff, issue, status, reason=f"Stan: {status}").status == 200
    assert [*set_status(staff, issue, "new", reason=" ").json] == ["reason"]
    assert set_status(ola, issue, "closed").status == 403
    kept = query("SELECT action, actor_id, user_id, subject, reason FROM staff_actions ORDER BY id")
    assert kept == [
        (action, staff.id, ola.id, f"issue {issue}", reason)
        for action, reason in (
            ("answer_issue", ""),
            ("reopen_issue", "Stan: new"),
            ("start_issue", "Stan: in_progress"),
            ("resolve_issue", "Stan: resolved"),
            ("close_issue", "Stan: closed"),
        )
    ]
