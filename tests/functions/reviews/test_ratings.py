"""Rating tutors, a student's own ratings, and the best ratings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.reviews.handler import handler
from tests.support.invisible_texts import INVISIBLE_TEXTS
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import People, Person, insert, query

call = LambdaClient(handler)
SCALE = "Rating must be between 1 and 5"
NOT_INTEGER = "Wymagana poprawna liczba całkowita."
REQUIRED = "To pole jest wymagane."
BLANK = "To pole nie może być puste."
NULL = "Pole nie może mieć wartości null."
NOT_TEXT = "Not a valid string."
NOT_FOUND = {"Error": "Tutor not found."}


def rate(student: Person, tutor_id: object, body: Any) -> Answer:
    return call("POST", f"/api/user/rate_tutor/{tutor_id}/", token=student.access, json_body=body)


def unrate(student: Person, tutor_id: object) -> Answer:
    return call("DELETE", f"/api/user/rate_tutor/{tutor_id}/", token=student.access)


def ratings_of(student: Person) -> Any:
    answer = call("GET", "/api/user/ratings/me/", token=student.access)
    assert answer.status == 200, answer
    return answer.json["ratings"]


@pytest.mark.parametrize(
    ("body", "rating", "review"),
    [
        ({"rating": 4, "review": "Bardzo dobrze <b>!</b>"}, 4, "Bardzo dobrze <b>!</b>"),
        ({"rating": "2", "review": "  tekstowa\nocena "}, 2, "tekstowa\nocena"),
        ({"rating": 5.0, "review": 7}, 5, "7"),
        ({"rating": "1.0", "review": "😀"}, 1, "😀"),
        ({"review": "jak przysłano: o\u0301"}, 5, "jak przysłano: o\u0301"),
        ({"review": "bez oceny"}, 5, "bez oceny"),
        ({"review": "ż" * 5_000}, 5, "ż" * 5_000),
        ({"review": "x", "created_at": "2001-01-01T00:00:00Z", "student": "7f8f2a52", "tutor_id": 9}, 5, "x"),
    ],
)
def test_a_tutor_can_be_rated(people: People, body: Any, rating: int, review: str) -> None:
    tutor, student = people.tutor(), people.student()
    answer = rate(student, tutor.tutor_id, body)
    assert answer.status == 201, answer
    assert list(answer.json) == ["rating", "review", "created_at"]
    assert (answer.json["rating"], answer.json["review"]) == (rating, review)
    age = datetime.now(UTC) - datetime.fromisoformat(answer.json["created_at"])
    assert timedelta() <= age < timedelta(minutes=1)
    assert ratings_of(student) == [{**answer.json, "tutor_id": str(tutor.tutor_id)}]
    assert query("SELECT rating, review, tutor_id, student_id FROM ratings") == [
        (rating, review, tutor.tutor_id, student.id)
    ]


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ({"rating": 0, "review": "x"}, {"rating": [SCALE]}),
        ({"rating": 6, "review": "x"}, {"rating": [SCALE]}),
        ({"rating": -1, "review": "x"}, {"rating": [SCALE]}),
        ({"rating": 4.5, "review": "x"}, {"rating": [NOT_INTEGER]}),
        ({"rating": "abc", "review": "x"}, {"rating": [NOT_INTEGER]}),
        ({"rating": True, "review": "x"}, {"rating": [NOT_INTEGER]}),
        ({"rating": "", "review": "x"}, {"rating": [NOT_INTEGER]}),
        ({"rating": 10**20, "review": "x"}, {"rating": ["Upewnij się, że ta wartość jest mniejsza lub równa 32767."]}),
        (
            {"rating": -(10**20), "review": "x"},
            {"rating": ["Upewnij się, że ta wartość jest większa lub równa -32768."]},
        ),
        ({"rating": None, "review": "x"}, {"rating": [NULL]}),
        ({"rating": 5}, {"review": [REQUIRED]}),
        ({}, {"review": [REQUIRED]}),
        ({"rating": 5, "review": ""}, {"review": [BLANK]}),
        ({"rating": 5, "review": " \n "}, {"review": [BLANK]}),
        *(({"review": text}, {"review": [BLANK]}) for text in INVISIBLE_TEXTS),
        ({"rating": 5, "review": None}, {"review": [NULL]}),
        ({"rating": 5, "review": []}, {"review": [NOT_TEXT]}),
        ({"rating": 5, "review": "a\0"}, {"review": ["Znaki null są niedozwolone."]}),
        (
            {"rating": 5, "review": "x" * 5_001},
            {"review": ["Upewnij się, że to pole ma nie więcej niż 5000 znaków."]},
        ),
        ({"rating": 9, "review": ""}, {"rating": [SCALE], "review": [BLANK]}),
        ([], {"non_field_errors": ["Niepoprawne dane. Oczekiwano słownika, otrzymano  list."]}),
        (None, {"non_field_errors": ["No data provided"]}),
    ],
)
def test_an_invalid_rating_is_refused(people: People, body: Any, complaints: Any) -> None:
    tutor, student = people.tutor(), people.student()
    answer = rate(student, tutor.tutor_id, body)
    assert (answer.status, answer.json) == (400, complaints)
    assert ratings_of(student) == []


def test_everybody_can_rate_a_tutor_once(people: People) -> None:
    tutor, other_tutor, student = people.tutor(), people.tutor(), people.student()
    assert rate(student, tutor.tutor_id, {"rating": 4, "review": "x"}).status == 201
    answer = rate(student, tutor.tutor_id, {"rating": 1, "review": "drugi raz"})
    assert (answer.status, answer.json) == (400, {"Error": "You have already rated this tutor."})
    assert [rating["rating"] for rating in ratings_of(student)] == [4]
    assert rate(other_tutor, tutor.tutor_id, {"review": "y"}).status == 201
    assert rate(student, other_tutor.tutor_id, {"review": "z"}).status == 201
    unrate(student, tutor.tutor_id)
    assert rate(student, tutor.tutor_id, {"rating": 2, "review": "znowu"}).status == 201


def test_tutors_cannot_rate_themselves(people: People) -> None:
    tutor = people.tutor()
    answer = rate(tutor, tutor.tutor_id, {"review": "x"})
    assert (answer.status, answer.json) == (400, ["You can't rate yourself"])


def test_only_listed_tutors_can_be_rated(people: People) -> None:
    student, hidden = people.student(), people.tutor(confirmed_at=None)
    for tutor_id in (hidden.tutor_id, hidden.tutor_id + 1, 2**31 - 1, 2**31, 2**63, "9" * 40):
        answer = rate(student, tutor_id, {"review": "x"})
        assert (answer.status, answer.json) == (400, NOT_FOUND)
    answer = rate(student, 0, {"review": "x"})
    assert (answer.status, answer.json) == (400, {"Error": "Tutor id is required."})
    for text in ("abc", "-1", "1.5", "9" * 5_000):
        assert rate(student, text, {"review": "x"}).status == 404


def test_the_body_is_validated_before_the_tutor_is_looked_up(people: People) -> None:
    answer = rate(people.student(), 99, {"rating": 9})
    assert (answer.status, answer.json) == (400, {"rating": [SCALE], "review": [REQUIRED]})


def test_students_can_delete_only_their_own_ratings(people: People) -> None:
    tutor, first, second = people.tutor(), people.student(), people.student()
    rate(first, tutor.tutor_id, {"rating": 5, "review": "x"})
    for nobody in (second, tutor):
        answer = unrate(nobody, tutor.tutor_id)
        assert (answer.status, answer.json) == (400, {"Error": "Rating not found."})
    rate(second, tutor.tutor_id, {"rating": 1, "review": "y"})
    answer = unrate(first, tutor.tutor_id)
    assert (answer.status, answer.json) == (200, {"Info": "Rating deleted."})
    assert (ratings_of(first), len(ratings_of(second))) == ([], 1)
    assert unrate(first, tutor.tutor_id).status == 400


@pytest.mark.parametrize("tutor_id", ["0", str(2**31), "9" * 40])
def test_a_rating_of_an_impossible_tutor_id_is_not_found(people: People, tutor_id: str) -> None:
    answer = unrate(people.student(), tutor_id)
    assert (answer.status, answer.json) == (400, {"Error": "Rating not found."})


def test_own_ratings_are_listed_oldest_first_in_warsaw_time(people: People) -> None:
    student = people.student()
    for month in (7, 1):
        tutor = people.tutor()
        given_at = datetime(2034, month, 1, 10, 0, 0, 5, UTC)
        columns = {"rating": 3, "review": str(month), "created_at": given_at}
        insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, **columns})
    assert ratings_of(student) == [
        {"rating": 3, "review": "7", "created_at": "2034-07-01T12:00:00.000005+02:00", "tutor_id": "1"},
        {"rating": 3, "review": "1", "created_at": "2034-01-01T11:00:00.000005+01:00", "tutor_id": "2"},
    ]
    assert ratings_of(people.student()) == []


@pytest.fixture
def many(people: People) -> list[int]:
    """Make 105 ratings of one tutor; return their values in order of creation."""
    tutor = people.tutor()
    query(
        """
        WITH students AS (
            INSERT INTO users (email, password_hash) SELECT n || '@example.com', 'x' FROM generate_series(1, 105) AS n
            RETURNING id
        )
        INSERT INTO ratings (tutor_id, student_id, rating, review)
        SELECT %s, id, 1 + row_number() OVER () %% 5, row_number() OVER () FROM students
        """,
        tutor.tutor_id,
    )
    return [row[0] for row in query("SELECT rating FROM ratings ORDER BY id")]


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("3", 3),
        ("2.7", 2),
        ("0", 0),
        ("0.9", 0),
        ("", 100),
        ("1e2", 100),
        ("101", 100),
        ("2147483647", 100),
        ("+2+", 2),
    ],
)
def test_the_best_ratings_come_first_and_a_hundred_at_most(many: list[int], wanted: str, listed: int) -> None:
    answer = call("GET", f"/api/user/ratings/best/?number_of_ratings={wanted}")
    assert answer.status == 200
    assert [rating["rating"] for rating in answer.json] == sorted(many, reverse=True)[:listed]
    assert all(list(rating) == ["rating", "review", "created_at", "tutor_id"] for rating in answer.json)
    assert all(rating["tutor_id"] == "1" for rating in answer.json)


def test_the_best_ratings_with_repeated_or_without_a_number(many: list[int]) -> None:
    listed = call("GET", "/api/user/ratings/best/?number_of_ratings=x&number_of_ratings=1&other=5").json
    assert [rating["rating"] for rating in listed] == [5]
    assert len(call("GET", "/api/user/ratings/best").json) == 100


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ("abc", "Wpisz liczbę."),
        ("NaN", "Wpisz liczbę."),
        ("Infinity", "Wpisz liczbę."),
        ("%00", "Wpisz liczbę."),
        ("-1", "Upewnij się, że ta wartość jest większa lub równa 0."),
        ("1e30", "Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."),
        ("1e999999", "Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."),
        ("9" * 5_000, "Upewnij się, że ta wartość jest mniejsza lub równa 2147483647."),
    ],
)
def test_an_invalid_number_of_ratings_is_refused(platform: None, wanted: str, complaint: str) -> None:
    answer = call("GET", f"/api/user/ratings/best/?number_of_ratings={wanted}")
    assert (answer.status, answer.json) == (400, {"number_of_ratings": [complaint]})


def test_the_best_ratings_are_public_but_refuse_an_invalid_token(people: People) -> None:
    path = "/api/user/ratings/best/"
    assert call("GET", path, token=people.student().access).status == 200
    assert call("GET", path, headers={"authorization": "Basic x"}).status == 200
    answer = call("GET", path, token="nonsense")
    assert (answer.status, answer.json["code"]) == (401, "token_not_valid")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "rate_tutor/1/"), ("DELETE", "rate_tutor/1/"), ("GET", "rate_tutor/1/"), ("GET", "ratings/me/")],
)
def test_rating_and_listing_own_ratings_require_signing_in(people: People, method: str, path: str) -> None:
    answer = call(method, f"/api/user/{path}", json_body={})
    assert (answer.status, answer.json) == (401, {"detail": "Nie podano danych uwierzytelniających."})


def test_a_wrong_method_is_refused(people: People) -> None:
    student = people.student()
    for method, path, allowed in (
        ("GET", "rate_tutor/1/", "POST, DELETE, OPTIONS"),
        ("POST", "ratings/me/", "GET, HEAD, OPTIONS"),
        ("POST", "ratings/best/", "GET, HEAD, OPTIONS"),
    ):
        answer = call(method, f"/api/user/{path}", token=student.access)
        assert (answer.status, answer.json) == (405, {"detail": f'Niedozwolona metoda "{method}".'})
        assert answer.headers["allow"] == allowed
