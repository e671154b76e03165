"""Reporting reviews, and the decisions of staff."""

from datetime import datetime
from typing import Any

import pytest

from functions.reviews.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
BASE = "/api/user/tutor/reviews"
NO_RIGHT = {"detail": "Nie masz uprawnień, by wykonać tę czynność."}
NOT_FOUND = {"detail": "Nie znaleziono."}
COUNTED = "SELECT rating_count, rating_sum, avg_rating::text, round(rank::numeric, 4)::text FROM tutors"


def report(person: Person, review_id: object, body: Any = None) -> Answer:
    return call(
        "POST",
        f"{BASE}/{review_id}/report/",
        token=person.access,
        json_body={"reason": "Obraża"} if body is None else body,
    )


def decide(person: Person, review_id: object, verb: str) -> Answer:
    return call("POST", f"{BASE}/{review_id}/{verb}/", token=person.access)


def reported(staff: Person, query_string: str = "") -> Answer:
    return call("GET", f"{BASE}/reported/{query_string}", token=staff.access)


@pytest.fixture
def review(people: People) -> int:
    row = {"tutor_id": people.tutor().tutor_id, "student_id": people.student().id, "rating": 1, "review": "Źle"}
    review_id: int = insert("ratings", row)
    return review_id


def test_anybody_signed_in_can_report_a_review_once(people: People, review: int) -> None:
    student, tutor = people.student(), people.tutor()
    for person in (student, tutor, student, student):
        answer = report(person, review, {"reason": f" Powód {person.tutor_id} "})
        assert (answer.status, answer.json) == (201, {"Info": "Review reported."})
    assert query("SELECT reporter_id, reason, resolved_at FROM review_reports ORDER BY id") == [
        (student.id, "Powód 0", None),
        (tutor.id, f"Powód {tutor.tutor_id}", None),
    ]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "To pole jest wymagane."),
        ({"reason": ""}, "To pole nie może być puste."),
        ({"reason": "\u200b"}, "To pole nie może być puste."),
        ({"reason": None}, "Pole nie może mieć wartości null."),
        ({"reason": {}}, "To pole musi być tekstem."),
        ({"reason": "\0"}, "Znaki null są niedozwolone."),
        ({"reason": "x" * 1_001}, "Upewnij się, że to pole ma nie więcej niż 1000 znaków."),
    ],
)
def test_a_report_without_a_reason_is_refused(people: People, review: int, body: Any, complaint: str) -> None:
    answer = report(people.student(), review, body)
    assert (answer.status, answer.json) == (400, {"reason": [complaint]})
    assert query("SELECT * FROM review_reports") == []


def test_a_hidden_review_cannot_be_reported(people: People, review: int) -> None:
    query("UPDATE ratings SET hidden_at = now()")
    for review_id in (review, 0, 99, 2**63 - 1, 2**63, "9" * 40, "x"):
        answer = report(people.student(), review_id)
        assert (answer.status, answer.json) == (404, NOT_FOUND)


def test_a_report_stays_anonymously_when_its_reporter_s_account_is_deleted(people: People, review: int) -> None:
    staff, reporters = people.student(is_staff=True), [people.student(), people.tutor()]
    for number, person in enumerate(reporters):
        report(person, review, {"reason": f"Powód {number}"})
        query("DELETE FROM users WHERE id = %s", person.id)
    assert query("SELECT reporter_id, reason FROM review_reports ORDER BY id") == [(None, "Powód 0"), (None, "Powód 1")]
    [found] = reported(staff).json["results"]
    assert [each["reason"] for each in found["reports"]] == ["Powód 0", "Powód 1"]


def test_authors_cannot_report_their_own_reviews(people: People) -> None:
    author = people.student()
    row = {"tutor_id": people.tutor().tutor_id, "student_id": author.id, "rating": 1, "review": "Źle"}
    answer = report(author, insert("ratings", row))
    assert (answer.status, answer.json) == (409, {"detail": "Nie możesz zgłosić własnej opinii.", "code": "own_review"})
    assert query("SELECT * FROM review_reports") == []


def test_staff_see_reported_reviews_and_decide(people: People, review: int) -> None:
    staff = people.student(is_staff=True)
    assert reported(staff).json == {"count": 0, "next": None, "previous": None, "results": []}
    for reason in ("Obraża", "Kłamie"):
        report(people.student(), review, {"reason": reason})
    page = reported(staff).json
    assert (page["count"], page["next"]) == (1, None)
    [found] = page["results"]
    reports = found.pop("reports")
    assert [(each["reason"], sorted(each)) for each in reports] == [
        ("Obraża", ["created_at", "reason"]),
        ("Kłamie", ["created_at", "reason"]),
    ]
    assert found | {"created_at": 0} == {
        "id": review,
        "tutor_id": 1,
        "rating": 1,
        "review": "Źle",
        "created_at": 0,
        "edited_at": None,
        "hidden": False,
        "reply": None,
        "student_first_name": "Ola",
        "student_last_name": "Nowak",
        "report_count": 2,
    }
    query("UPDATE ratings SET verified = true")
    assert query(COUNTED) == [(1, 1, "1.0", "3.0833")]
    for _ in range(2):
        answer = decide(staff, review, "hide")
        assert (answer.status, answer.json) == (200, {"id": review, "hidden": True})
        assert query(COUNTED) == [(0, 0, "0.0", "3.5000")]
        assert reported(staff).json["results"] == []
    hidden_at = query("SELECT hidden_at FROM ratings")
    assert decide(staff, review, "hide").status == 200
    assert query("SELECT hidden_at FROM ratings") == hidden_at
    for _ in range(2):
        answer = decide(staff, review, "unhide")
        assert (answer.status, answer.json) == (200, {"id": review, "hidden": False})
        assert query(COUNTED) == [(1, 1, "1.0", "3.0833")]
    assert query("SELECT count(*) FROM review_reports WHERE resolved_at IS NULL") == [(0,)]


def test_staff_can_dismiss_a_report(people: People, review: int) -> None:
    staff, student = people.student(is_staff=True), people.student()
    report(student, review)
    assert decide(staff, review, "unhide").status == 200
    assert reported(staff).json["results"] == []
    assert report(student, review).status == 201
    assert reported(staff).json["count"] == 0
    assert report(people.student(), review).status == 201
    assert [each["report_count"] for each in reported(staff).json["results"]] == [1]


def test_reported_reviews_come_in_pages_the_first_reported_first(people: People) -> None:
    staff, tutor, reporter = people.student(is_staff=True), people.tutor(), people.student()
    ids = [
        insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": people.student().id, "rating": 1, "review": "x"})
        for _ in range(5)
    ]
    for review_id in reversed(ids):
        report(reporter, review_id)
    report(people.student(), ids[-1])
    first = reported(staff, "?page_size=2").json
    assert (first["count"], [each["id"] for each in first["results"]]) == (5, [ids[4], ids[3]])
    second = call("GET", first["next"], token=staff.access).json
    assert [each["id"] for each in second["results"]] == [ids[2], ids[1]]
    assert reported(staff, "?page_size=2&p=4").status == 404
    assert reported(staff, "?p=x").json == {"p": ["Wymagana poprawna liczba całkowita."]}


def test_at_most_twenty_reports_of_a_review_are_shown(people: People, review: int) -> None:
    query("INSERT INTO users (email, password_hash) SELECT n || '@example.com', 'x' FROM generate_series(1, 25) n")
    query(
        "INSERT INTO review_reports (rating_id, reporter_id, reason)"
        " SELECT %s, id, 'x' FROM users WHERE password_hash = 'x'",
        review,
    )
    [found] = reported(people.student(is_staff=True)).json["results"]
    assert (found["report_count"], len(found["reports"])) == (25, 20)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "reported/"), ("POST", "{review}/hide/"), ("POST", "{review}/unhide/")]
)
def test_only_staff_can_decide(people: People, review: int, method: str, path: str) -> None:
    target = f"{BASE}/{path.format(review=review)}"
    report(people.student(), review)
    before = query("SELECT r.*, p.* FROM ratings r, review_reports p")
    assert call(method, target).json == {"detail": "Nie podano danych uwierzytelniających."}
    for person in (people.student(), people.tutor()):
        for sent in (method, "PUT"):
            answer = call(sent, target, token=person.access)
            assert (answer.status, answer.json) == (403, NO_RIGHT)
    staff = people.student(is_staff=True)
    assert call("PUT", target, token=staff.access).status == 405
    query("UPDATE users SET is_staff = false WHERE id = %s", staff.id)
    assert call(method, target, token=staff.access).status == 403
    assert query("SELECT r.*, p.* FROM ratings r, review_reports p") == before


@pytest.mark.parametrize("verb", ["hide", "unhide"])
@pytest.mark.parametrize("review_id", ["0", "99", str(2**63 - 1), str(2**63), "9" * 40, "x"])
def test_unknown_reviews_cannot_be_decided_on(people: People, verb: str, review_id: str) -> None:
    answer = decide(people.student(is_staff=True), review_id, verb)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


def test_reporting_requires_an_account(review: int) -> None:
    answer = call("POST", f"{BASE}/{review}/report/", json_body={"reason": "x"})
    assert answer.status == 401


def hidden(staff: Person, query_string: str = "") -> Any:
    answer = call("GET", f"{BASE}/hidden/{query_string}", token=staff.access)
    assert answer.status == 200, answer
    return answer.json


def test_hidden_reviews_show_who_hid_them_and_when(people: People, review: int) -> None:
    staff, colleague = people.student(is_staff=True, first_name="Iga"), people.student(is_staff=True)
    assert hidden(staff) == {"count": 0, "next": None, "previous": None, "results": []}
    for person in (staff, colleague):
        assert decide(person, review, "hide").status == 200
    [found] = hidden(colleague)["results"]
    hider = {"id": str(staff.id), "first_name": "Iga", "last_name": "Nowak"}
    assert found == found | {"id": review, "review": "Źle", "student_last_name": "Nowak", "hidden_by": hider}
    [(hidden_at,)] = query("SELECT hidden_at FROM ratings")
    assert datetime.fromisoformat(found["hidden_at"]) == hidden_at
    query("DELETE FROM users WHERE id = %s", staff.id)
    assert hidden(colleague)["results"][0]["hidden_by"] is None
    assert decide(colleague, review, "unhide").status == 200
    assert hidden(colleague)["count"] == 0
    assert query("SELECT hidden_at, hidden_by FROM ratings") == [(None, None)]


def test_hidden_reviews_come_in_pages_the_last_hidden_first(people: People) -> None:
    staff, tutor = people.student(is_staff=True), people.tutor()
    ids = []
    for _ in range(5):
        row = {"tutor_id": tutor.tutor_id, "student_id": people.student().id, "rating": 1, "review": "Źle"}
        ids.append(insert("ratings", row))
        decide(staff, ids[-1], "hide")
    first, second = (hidden(staff, f"?page_size=3&p={page}") for page in (1, 2))
    assert [each["id"] for each in first["results"] + second["results"]] == ids[::-1]
    assert (first["count"], first["next"], second["next"]) == (5, f"{BASE}/hidden/?p=2&page_size=3", None)


def test_decisions_are_in_the_audit_trail(people: People, review: int) -> None:
    staff = people.student(is_staff=True)
    [(author,)] = query("SELECT student_id FROM ratings")
    for verb in ("hide", "unhide"):
        assert decide(staff, review, verb).status == 200
    assert decide(staff, 99, "hide").status == 404
    assert query("SELECT action, actor_id, user_id, subject FROM staff_actions ORDER BY id") == [
        (f"{verb}_review", staff.id, author, f"review {review}") for verb in ("hide", "unhide")
    ]
