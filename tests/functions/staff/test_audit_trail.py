"""Every change by staff is recorded in the audit trail with who, when and why."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.attachments import attach
from tests.support.chat_http import open_between
from tests.support.people import People, Person, insert, query
from tests.support.routes import ROUTES, call, methods_of

WHY = "Bo tak trzeba"
DESK = {
    f"{method} {route.path}"
    for route in ROUTES
    if route.path.startswith("/api/staff/")
    for method in methods_of(route)
    if method != "GET"
}
# Whom a change concerns, and how staff request it: the path and the rest of the body.
Asked = tuple[Person, str, dict[str, Any]]


def reported_message(people: People, *, with_file: bool = False) -> tuple[Person, int, str]:
    """Return the author, the report and the attachment of a reported message."""
    talk = open_between(people.student(), people.tutor())
    file = str(attach(talk.tutor, talk.id, "plan.txt", b"Hello").json["id"]) if with_file else ""
    message = {"body": "Zobacz", "attachments": [file]} if file else {"body": "Zobacz"}
    path = f"/api/chat/conversations/{talk.id}/messages/"
    assert call("POST", path, token=talk.tutor.access, json_body=message).status == 201
    body = {"conversation": str(talk.id), "seq": 1, "reason": "Obraża"}
    assert call("POST", "/api/report/message/", token=talk.student.access, json_body=body).status == 201
    return talk.tutor, int(query("SELECT id FROM reports")[0][0]), file


def decided(decision: str) -> Callable[[People], Asked]:
    def asked(people: People) -> Asked:
        author, report, _ = reported_message(people)
        return author, f"reports/{report}/decide/", {"decision": decision}

    return asked


def opened(people: People) -> Asked:
    author, report, file = reported_message(people, with_file=True)
    return author, f"reports/{report}/attachments/{file}/open/", {}


def person(verb: str) -> Callable[[People], Asked]:
    def asked(people: People) -> Asked:
        ola = people.student(suspended_at=datetime.now(UTC) if verb == "lift" else None)
        return ola, f"people/{ola.id}/{verb}/", {}

    return asked


def issue(status: str) -> Callable[[People], Asked]:
    def asked(people: People) -> Asked:
        ola = people.student()
        row = {"category": "help_request", "title": "Kamera", "description": "x", "reported_by": ola.id}
        return ola, f"issues/{insert('issues', row)}/", {"status": status}

    return asked


def review(verb: str) -> Callable[[People], Asked]:
    def asked(people: People) -> Asked:
        ola = people.student()
        row = {"tutor_id": people.tutor().tutor_id, "student_id": ola.id, "rating": 1, "review": "Źle"}
        return ola, f"reviews/{insert('ratings', row)}/{verb}/", {}

    return asked


def announcement(verb: str) -> Callable[[People], Asked]:
    def asked(people: People) -> Asked:
        jan = people.tutor()
        number = insert("announcements", {"tutor_id": jan.tutor_id, "title": "Kurs", "description": "x"})
        return jan, f"announcements/{number}/{verb}/", {}

    return asked


CHANGES: dict[str, tuple[str, Callable[[People], Asked]]] = {
    "dismiss": ("POST /api/staff/reports/{report_id:int64}/decide/", decided("dismiss")),
    "hide_message": ("POST /api/staff/reports/{report_id:int64}/decide/", decided("hide_message")),
    "open_attachment": (
        "POST /api/staff/reports/{report_id:int64}/attachments/{attachment_id:lower_uuid}/open/",
        opened,
    ),
    **{
        action: ("PATCH /api/staff/issues/{issue_id:lower_uuid}/", issue(status))
        for action, status in (
            ("reopen_issue", "new"),
            ("start_issue", "in_progress"),
            ("resolve_issue", "resolved"),
            ("close_issue", "closed"),
        )
    },
    **{
        verb: (f"POST /api/staff/people/{{person_id:lower_uuid}}/{verb}/", person(verb))
        for verb in ("suspend", "lift", "revoke_sessions")
    },
    **{
        f"{verb}_review": (f"POST /api/staff/reviews/{{review_id:int64}}/{verb}/", review(verb))
        for verb in ("hide", "unhide")
    },
    **{
        f"{verb}_announcement": (
            f"POST /api/staff/announcements/{{announcement_id:int64}}/{verb}/",
            announcement(verb),
        )
        for verb in ("hide", "unhide")
    },
}


def test_every_changing_endpoint_of_the_desk_is_covered() -> None:
    assert {route for route, _ in CHANGES.values()} == DESK


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_is_recorded_with_who_when_and_why(people: People, action: str) -> None:
    route, make = CHANGES[action]
    boss = people.staff(first_name="Iga")
    owner, path, more = make(people)
    began = datetime.now(UTC)
    method = route.partition(" ")[0]
    answer = call(method, f"/api/staff/{path}", token=boss.access, json_body={**more, "reason": WHY})
    assert answer.status == 200, answer
    [kept] = call("GET", "/api/staff/actions/", token=boss.access).json["results"]
    assert (kept["action"], kept["reason"]) == (action, WHY)
    assert (kept["actor"]["id"], kept["actor"]["first_name"]) == (str(boss.id), "Iga")
    assert kept["person"]["id"] == str(owner.id)
    assert began <= datetime.fromisoformat(kept["at"]) <= datetime.now(UTC)
