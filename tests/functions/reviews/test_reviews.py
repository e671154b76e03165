"""A tutor's public reviews: pages, edits, replies, and verification."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.reviews.handler import handler
from functions.tutors.handler import handler as tutors
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.past_sessions import session
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
HIDDEN = {"detail": "Ta opinia została ukryta przez obsługę.", "code": "review_hidden"}
NOT_FOUND = {"detail": "Nie znaleziono."}
NO_RATING = {"detail": "Nie masz opinii o tym korepetytorze.", "code": "not_rated"}


def reviews(tutor_id: object, query_string: str = "") -> Answer:
    return call("GET", f"/api/user/tutor/reviews/{tutor_id}/{query_string}")


def edit(student: Person, tutor_id: object, body: Any) -> Answer:
    return call("PATCH", f"/api/user/rate_tutor/{tutor_id}/", token=student.access, json_body=body)


def reply(tutor: Person, review_id: object, body: Any = None) -> Answer:
    path = f"/api/user/tutor/reviews/{review_id}/reply/"
    if body is None:
        return call("DELETE", path, token=tutor.access)
    return call("PUT", path, token=tutor.access, json_body=body)


STRANGERS_READ = {"student_last_name": "N."}


def rated(tutor: Person, student: Person, rating: int = 4, review: str = "Dobrze", **columns: Any) -> int:
    row = {"tutor_id": tutor.tutor_id, "student_id": student.id, "rating": rating, "review": review, **columns}
    review_id: int = insert("ratings", row)
    return review_id


def test_a_page_lists_the_newest_reviews_first_with_the_average_of_all(people: People) -> None:
    tutor = people.tutor()
    given_at = datetime(2034, 7, 1, 10, tzinfo=UTC)
    for number in range(1, 13):
        rated(tutor, people.student(first_name=f"S{number}"), 1 + number % 5, str(number), created_at=given_at)
    path = f"/api/user/tutor/reviews/{tutor.tutor_id}/"
    first = reviews(tutor.tutor_id)
    assert first.status == 200
    assert {name: first.json[name] for name in ("count", "next", "previous", "avg_rating")} == {
        "count": 12,
        "next": f"{path}?p=2&page_size=10",
        "previous": None,
        "avg_rating": "2.9",
    }
    assert [review["review"] for review in first.json["results"]] == [str(number) for number in range(12, 2, -1)]
    assert first.json["results"][0] == {
        "id": 12,
        "rating": 3,
        "review": "12",
        "created_at": "2034-07-01T12:00:00+02:00",
        "edited_at": None,
        "student_first_name": "S12",
        "student_last_name": "N.",
        "verified": False,
        "reply": None,
        "replied_at": None,
    }
    second = call("GET", first.json["next"]).json
    assert [review["review"] for review in second["results"]] == ["2", "1"]
    assert (second["next"], second["previous"]) == (None, f"{path}?p=1&page_size=10")
    assert reviews(tutor.tutor_id, "?page_size=12").json["next"] is None
    assert len(reviews(tutor.tutor_id, "?page_size=5&p=3").json["results"]) == 2


def test_a_tutor_without_reviews_has_one_empty_page(people: People) -> None:
    tutor = people.tutor()
    empty: dict[str, Any] = {"count": 0, "next": None, "previous": None, "avg_rating": "0.0"}
    empty |= {"verified_rating": None, "verified_count": 0, "results": []}
    assert reviews(tutor.tutor_id).json == empty
    assert reviews(tutor.tutor_id, "?p=&page_size=").json == empty
    answer = reviews(tutor.tutor_id, "?p=2")
    assert (answer.status, answer.json) == (404, NOT_FOUND)


def test_reviews_of_hidden_and_unknown_tutors_are_not_found(people: People) -> None:
    hidden = people.tutor(confirmed_at=None)
    for tutor_id in (hidden.tutor_id, 0, 99, 2**31 - 1, 2**31, 2**63, "9" * 40, "9" * 41, "abc"):
        answer = reviews(tutor_id)
        assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("query_string", "errors"),
    [
        ("p=x", {"p": ["Wymagana poprawna liczba całkowita."]}),
        ("p=1.5&page_size=%00", {key: ["Wymagana poprawna liczba całkowita."] for key in ("p", "page_size")}),
        ("p=0", {"p": ["Upewnij się, że ta wartość jest większa lub równa 1."]}),
        (
            "p=-3&page_size=0",
            {key: ["Upewnij się, że ta wartość jest większa lub równa 1."] for key in ("p", "page_size")},
        ),
        ("page_size=101", {"page_size": ["Upewnij się, że ta wartość jest mniejsza lub równa 100."]}),
    ],
)
def test_invalid_page_numbers_and_sizes_are_refused(people: People, query_string: str, errors: Any) -> None:
    answer = reviews(people.tutor().tutor_id, f"?{query_string}")
    assert (answer.status, answer.json) == (400, errors)


@pytest.mark.parametrize("number", ["99", "10000000", "9" * 29])
def test_a_page_after_the_last_is_not_found(people: People, number: str) -> None:
    answer = reviews(people.tutor().tutor_id, f"?p={number}&page_size=100")
    assert (answer.status, answer.json) == (404, NOT_FOUND)


def test_the_mean_of_verified_reviews_is_shown_beside_that_of_all(people: People) -> None:
    tutor = people.tutor()
    for stars, took_place in ((5, True), (4, True), (1, False)):
        student = people.student()
        if took_place:
            session(tutor, student, "completed")
        rated(tutor, student, stars)
    page = reviews(tutor.tutor_id).json
    assert (page["count"], page["avg_rating"]) == (3, "3.3")
    assert (page["verified_count"], page["verified_rating"]) == (2, "4.5")
    assert [review["verified"] for review in page["results"]] == [False, True, True]


@pytest.mark.parametrize("state", ["pending", "confirmed", "cancelled", "expired", "completed", "no_show"])
def test_a_completed_session_of_the_two_verifies_a_review(people: People, state: str) -> None:
    tutor, student = people.tutor(), people.student()
    rated(tutor, student)
    session(tutor, student, state)
    assert reviews(tutor.tutor_id).json["results"][0]["verified"] is (state == "completed")


def test_only_sessions_of_author_and_tutor_verify_a_review_even_later_ones(people: People) -> None:
    tutor, colleague, student, other = people.tutor(), people.tutor(), people.student(), people.student()
    rated(tutor, student)
    session(tutor, other, "completed")
    session(colleague, student, "completed")
    assert reviews(tutor.tutor_id).json["results"][0]["verified"] is False
    booking_id = session(tutor, student, "confirmed")
    for state, verified in (("completed", True), ("no_show", False), ("completed", True)):
        query("UPDATE bookings SET state = %s WHERE id = %s", state, booking_id)
        assert reviews(tutor.tutor_id).json["results"][0]["verified"] is verified


@pytest.mark.parametrize(
    ("body", "rating", "review", "edited"),
    [
        ({"rating": 1}, 1, "Dobrze", True),
        ({"review": " Źle "}, 4, "Źle", True),
        ({"rating": "5", "review": "Bardzo"}, 5, "Bardzo", True),
        ({}, 4, "Dobrze", False),
        ({"rating": 4, "review": "Dobrze"}, 4, "Dobrze", False),
    ],
)
def test_the_author_can_edit_a_review(people: People, body: Any, rating: int, review: str, edited: bool) -> None:  # noqa: FBT001 - a case's own
    tutor, student, other = people.tutor(), people.student(), people.student()
    rated(tutor, student)
    rated(tutor, other, 2, "Inna")
    before = reviews(tutor.tutor_id).json["results"]
    answer = edit(student, tutor.tutor_id, body)
    assert answer.status == 200, answer
    assert (answer.json["rating"], answer.json["review"]) == (rating, review)
    assert (answer.json["edited_at"] is not None) is edited
    if edited:
        age = datetime.now(UTC) - datetime.fromisoformat(answer.json["edited_at"])
        assert timedelta() <= age < timedelta(minutes=1)
    page = reviews(tutor.tutor_id).json
    assert page["results"] == [before[0], answer.json | STRANGERS_READ]
    assert page["avg_rating"] == str(round((rating + 2) / 2, 1))
    assert query("SELECT rating_count, rating_sum FROM tutors") == [(2, rating + 2)]


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({"rating": 0}, {"rating": ["Ocena musi być liczbą od 1 do 5."]}),
        ({"rating": None}, {"rating": ["Pole nie może mieć wartości null."]}),
        (
            {"rating": 4.5, "review": ""},
            {"rating": ["Wymagana poprawna liczba całkowita."], "review": ["To pole nie może być puste."]},
        ),
        ({"review": "\u3164\u200b"}, {"review": ["To pole nie może być puste."]}),
        ({"review": None}, {"review": ["Pole nie może mieć wartości null."]}),
        ({"review": "x" * 5_001}, {"review": ["Upewnij się, że to pole ma nie więcej niż 5000 znaków."]}),
        ({"review": "a\0"}, {"review": ["Znaki null są niedozwolone."]}),
        ([], {"non_field_errors": ["Oczekiwano obiektu, otrzymano: lista."]}),
    ],
)
def test_an_invalid_edit_is_refused(people: People, body: Any, complaints: Any) -> None:
    tutor, student = people.tutor(), people.student()
    rated(tutor, student)
    answer = edit(student, tutor.tutor_id, body)
    assert (answer.status, answer.json) == (400, complaints)
    assert query("SELECT rating, review, edited_at FROM ratings") == [(4, "Dobrze", None)]


def test_missing_reviews_and_those_of_others_cannot_be_edited(people: People) -> None:
    tutor, student = people.tutor(), people.student()
    rated(tutor, student)
    for person, tutor_id in (
        (people.student(), tutor.tutor_id),
        (tutor, tutor.tutor_id),
        (student, 99),
        (student, 0),
        (student, 2**31),
        (student, "9" * 40),
    ):
        answer = edit(person, tutor_id, {"rating": 1})
        assert (answer.status, answer.json) == (400, NO_RATING)
    assert query("SELECT rating, edited_at FROM ratings") == [(4, None)]


def test_a_tutor_can_reply_replace_the_reply_and_delete_it(people: People) -> None:
    tutor = people.tutor()
    review_id = rated(tutor, people.student())
    answer = reply(tutor, review_id, {"reply": " Dziękuję! "})
    assert (answer.status, answer.json["reply"]) == (200, "Dziękuję!")
    assert reviews(tutor.tutor_id).json["results"] == [answer.json | STRANGERS_READ]
    again = reply(tutor, review_id, {"reply": "Dziękuję!"}).json
    assert again == answer.json
    other = reply(tutor, review_id, {"reply": "Proszę"}).json
    assert other["reply"] == "Proszę"
    assert other["replied_at"] > answer.json["replied_at"]
    for _ in range(2):
        answer = reply(tutor, review_id)
        assert (answer.status, answer.json["reply"], answer.json["replied_at"]) == (200, None, None)
    assert reviews(tutor.tutor_id).json["results"] == [answer.json | STRANGERS_READ]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "To pole jest wymagane."),
        ({"reply": " "}, "To pole nie może być puste."),
        ({"reply": "\ufeff \u2800"}, "To pole nie może być puste."),
        ({"reply": None}, "Pole nie może mieć wartości null."),
        ({"reply": []}, "To pole musi być tekstem."),
        ({"reply": "x" * 5_001}, "Upewnij się, że to pole ma nie więcej niż 5000 znaków."),
    ],
)
def test_an_invalid_reply_is_refused(people: People, body: Any, complaint: str) -> None:
    tutor = people.tutor()
    review_id = rated(tutor, people.student(), reply="Stara")
    answer = reply(tutor, review_id, body)
    assert (answer.status, answer.json) == (400, {"reply": [complaint]})
    assert query("SELECT reply FROM ratings") == [("Stara",)]


def test_only_the_tutor_can_reply_and_only_to_visible_reviews(people: People) -> None:
    tutor, colleague, student = people.tutor(), people.tutor(), people.student()
    visible, hidden = rated(tutor, student), rated(tutor, people.student(), hidden_at=datetime.now(UTC))
    cases: list[tuple[Person, object, int]] = [(colleague, visible, 404), (tutor, hidden, 404), (student, visible, 403)]
    cases += [(tutor, unknown, 404) for unknown in (0, 99, 2**63 - 1, 2**63, "9" * 40, "x")]
    for person, review_id, status in cases:
        for body in ({"reply": "x"}, None):
            assert reply(person, review_id, body).status == status
    assert query("SELECT DISTINCT reply FROM ratings") == [(None,)]


def test_a_hidden_review_is_not_shown_and_its_author_cannot_replace_it(people: People) -> None:
    tutor, student, other = people.tutor(), people.student(), people.student()
    hidden, visible = rated(tutor, student, 1), rated(tutor, other, 5)
    query("UPDATE ratings SET hidden_at = now() WHERE id = %s", hidden)
    page = reviews(tutor.tutor_id).json
    assert (page["count"], page["avg_rating"], [each["id"] for each in page["results"]]) == (1, "5.0", [visible])
    details = LambdaClient(tutors)("GET", f"/api/user/tutor/details/{tutor.tutor_id}/").json
    assert ([each["rating"] for each in details["tutor_ratings"]], details["avg_rating"]) == ([5], "5.0")
    best = call("GET", "/api/user/ratings/best/").json
    assert [(each["rating"], "hidden" in each) for each in best] == [(5, False)]
    own = [call("GET", "/api/user/ratings/me/", token=each.access).json["ratings"] for each in (student, other)]
    assert [[sorted(each) for each in ratings] for ratings in own] == [
        [["created_at", "rating", "review", "tutor_id"]]
    ] * 2
    for answer in (
        edit(student, tutor.tutor_id, {"rating": 1}),
        call("DELETE", f"/api/user/rate_tutor/{tutor.tutor_id}/", token=student.access),
    ):
        assert (answer.status, answer.json) == (409, HIDDEN)
    body = {"rating": 1, "review": "Znowu"}
    again = call("POST", f"/api/user/rate_tutor/{tutor.tutor_id}/", token=student.access, json_body=body)
    assert again.status == 400
    assert query("SELECT rating, review FROM ratings WHERE hidden_at IS NOT NULL") == [(1, "Dobrze")]
