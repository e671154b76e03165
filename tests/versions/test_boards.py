"""Announcements and issues in version 2 (docs/contract-newer.md, section 4)."""

from collections.abc import Callable
from typing import Any

from tests.support.browser import Browser
from tests.support.people import People, Person, query

SignedIn = Callable[[Person], Browser]
ANNOUNCE, ANNOUNCEMENTS = "announcement/announcement/", "announcement/announcements/"
NEW = {"tags": [{"name": "matura"}, {"name": ""}], "title": "Kurs", "description": "Od stycznia"}
REPORT, REPORTS = "reporting/issue/create/", "reporting/issue/list/"
ISSUE = {"category": "technical_issue", "title": "Kamera", "description": "Nie działa"}


def test_announcements_are_listed_for_everybody(browser: Browser, signed_in: SignedIn, people: People) -> None:
    tutor = people.tutor()
    made = signed_in(tutor)("POST", ANNOUNCE, {**NEW, "unknown": 1})
    assert (made.status, made.json["tags"]) == (201, [{"name": "matura"}])
    signed_in(tutor)("POST", ANNOUNCE, {**NEW, "title": "Drugi", "tags": [{"name": ""}]})
    page = browser("GET", f"{ANNOUNCEMENTS}?p=1&page_size=1").json
    assert list(page) == ["count", "next", "previous", "results"]
    assert (page["count"], page["next"]) == (2, f"{browser.entry.own}/v2/api/{ANNOUNCEMENTS}?p=2&page_size=1")
    [shown] = browser("GET", f"{ANNOUNCEMENTS}?p=2&page_size=1").json["results"]
    assert {"id", "tutor", "tags", "title", "description", "created_at"} <= shown.keys()
    assert shown["tutor"] == {
        "id": tutor.tutor_id,
        "first_name": "Ola",
        "last_name": "Nowak",
        "profile_image": f"{browser.entry.own}/static/media/uploads/user/default.jpg",
    }
    assert browser("GET", f"{ANNOUNCEMENTS}?p=3&page_size=1").status == 404
    assert browser("GET", f"{ANNOUNCEMENTS}?p=x").json == {"detail": "Niepoprawna strona."}


def test_only_tutors_publish_announcements_and_invalid_ones_are_refused(
    browser: Browser, signed_in: SignedIn, people: People
) -> None:
    assert browser("POST", ANNOUNCE, NEW).status == 401
    assert signed_in(people.student())("POST", ANNOUNCE, NEW).status == 403
    tutor = signed_in(people.tutor())
    many = [{"name": str(number)} for number in range(51)]
    refused = tutor("POST", ANNOUNCE, {**NEW, "tags": many})
    assert (refused.status, refused.json) == (400, {"tags": "Limit of tags is 50"})
    assert tutor("POST", ANNOUNCE, {**NEW, "tags": many[1:]}).status == 201
    query("DELETE FROM announcements")
    bodies: list[Any] = [{}, [], {**NEW, "title": ""}, {**NEW, "tags": ["x"]}, {**NEW, "tags": [{"name": "x" * 101}]}]
    for body in bodies:
        assert tutor("POST", ANNOUNCE, body).status == 400
    assert query("SELECT * FROM announcements") == []


def test_issues_are_listed_oldest_first_with_labels(browser: Browser, signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    student, staff = signed_in(ola), signed_in(people.student(is_staff=True))
    assert student("GET", REPORTS).json == []
    made = student("POST", REPORT, {**ISSUE, "reported_by": "x"})
    assert made.status == 201
    expected = {**ISSUE, "category": "Problem techniczny", "status": "Nowe", "reported_by": str(ola.id)}
    assert made.json.items() >= expected.items()
    assert {"id", "created_at", "updated_at"} <= made.json.keys()
    student("POST", REPORT, {**ISSUE, "title": "Drugie"})
    assert [each["title"] for each in student("GET", REPORTS).json] == ["Kamera", "Drugie"]
    issue = made.json["id"]
    assert staff("POST", f"reporting/issue/respond/create/{issue}/", {"body": "Już działa"}).status == 201
    found = student("GET", f"reporting/issue/detail/{issue}/").json
    assert found["status"] == "W trakcie"
    [said] = found["responds"]
    assert {"id", "body", "created_at", "issue", "responder"} == said.keys()
    assert "answers" not in found
    for other in (browser, signed_in(people.tutor())):
        assert other("GET", f"reporting/issue/detail/{issue}/").status == (401 if other is browser else 404)
        assert other("POST", f"reporting/issue/respond/create/{issue}/", {"body": "x"}).status in {401, 404}


def test_categories_and_states_are_labels(signed_in: SignedIn, people: People) -> None:
    student = signed_in(people.student())
    words = {"violation": "Naruszenie regulaminu", "help_request": "Prośba o pomoc"}
    for category, word in words.items():
        assert student("POST", REPORT, {**ISSUE, "category": category}).json["category"] == word
    states = {"new": "Nowe", "in_progress": "W trakcie", "resolved": "Rozwiązane", "closed": "Zamknięte"}
    for state, word in states.items():
        query("UPDATE issues SET status = %s", state)
        assert {each["status"] for each in student("GET", REPORTS).json} == {word}


def test_errors_in_an_issue_are_named(signed_in: SignedIn, people: People) -> None:
    student = signed_in(people.student())
    refused = student("POST", REPORT, {**ISSUE, "category": "x", "title": ""})
    assert (refused.status, refused.json["category"]) == (400, ['"x" nie jest poprawnym wyborem.'])
    assert refused.json["title"] == ["To pole nie może być puste."]
    assert student("POST", REPORT, {}).json["category"] == ["To pole jest wymagane."]
