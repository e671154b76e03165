"""How reviews affect the order of tutors, and how much strangers see of their authors."""

import pytest

from functions.tutors.handler import handler as tutors
from tests.conftest import read_settings_again
from tests.functions.reviews.test_reviews import call, rated, reviews
from tests.support.lambda_client import LambdaClient
from tests.support.past_sessions import session
from tests.support.people import People, query


def test_one_perfect_rating_ranks_below_forty_of_nearly_five(people: People) -> None:
    newcomer, known, unrated = people.tutor(), people.tutor(), people.tutor()
    rated(newcomer, people.student(), 5)
    query(
        """
        WITH students AS (
            INSERT INTO users (email, password_hash) SELECT n || '@example.com', 'x' FROM generate_series(1, 40) AS n
            RETURNING id
        )
        INSERT INTO ratings (tutor_id, student_id, rating, review)
        SELECT %s, id, CASE WHEN row_number() OVER () <= 8 THEN 4 ELSE 5 END, 'x' FROM students
        """,
        known.tutor_id,
    )
    query("UPDATE ratings SET verified = true")
    cards = LambdaClient(tutors)("GET", "/api/user/tutor/search/").json
    assert [(card["id"], card["avg_rating"]) for card in cards] == [
        (known.tutor_id, "4.8"),
        (newcomer.tutor_id, "5.0"),
        (unrated.tutor_id, "0.0"),
    ]


def test_unverified_reviews_do_not_affect_the_order(people: People) -> None:
    """They count in the mean, by which clients can sort and filter."""
    good, other = people.tutor(), people.tutor()
    for tutor, stars in ((good, 4), (other, 3)):
        student = people.student()
        session(tutor, student, "completed")
        rated(tutor, student, stars)
    for tutor, stars in ((good, 1), (other, 5)):
        for _ in range(5):
            rated(tutor, people.student(), stars)
    search = LambdaClient(tutors)
    best, by_mean = (
        [card["id"] for card in search("GET", f"/api/user/tutor/search/?{query}").json]
        for query in ("", "sorting_by_average_rating=desc")
    )
    assert best == [good.tutor_id, other.tutor_id]
    assert by_mean == [other.tutor_id, good.tutor_id]
    [card] = search("GET", "/api/user/tutor/search/?avg_rating__lte=1.5").json
    assert (card["id"], card["avg_rating"]) == (good.tutor_id, "1.5")


def test_strangers_see_the_initial_of_a_last_name(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    tutor = people.tutor()
    for last_name in ("Żak", "", "Nowak-Lis"):
        rated(tutor, people.student(last_name=last_name))
    shown = [review["student_last_name"] for review in reviews(tutor.tutor_id).json["results"]]
    assert shown == ["N.", "", "Ż."]
    monkeypatch.setenv("REVIEWER_INITIALS", "off")
    read_settings_again()
    shown = [review["student_last_name"] for review in reviews(tutor.tutor_id).json["results"]]
    assert shown == ["Nowak-Lis", "", "Żak"]


def test_authors_and_reviewed_tutors_see_the_full_name(people: People) -> None:
    """The recorded tutor details show it to everybody."""
    tutor, student = people.tutor(), people.student()
    review_id = rated(tutor, student)
    path = f"/api/user/rate_tutor/{tutor.tutor_id}/"
    edited = call("PATCH", path, token=student.access, json_body={"rating": 5})
    path = f"/api/user/tutor/reviews/{review_id}/reply/"
    replied = call("PUT", path, token=tutor.access, json_body={"reply": "Dzięki"})
    details = LambdaClient(tutors)("GET", f"/api/user/tutor/details/{tutor.tutor_id}/").json["tutor_ratings"][0]
    assert [each["student_last_name"] for each in (edited.json, replied.json, details)] == ["Nowak"] * 3
