"""A tutor's public page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.people import People, insert, query
from tests.support.tutor_search import call


def details(tutor_id: int) -> Any:
    answer = call("GET", f"/api/user/tutor/details/{tutor_id}/")
    assert answer.status == 200, answer
    return answer.json


def test_details_have_exactly_what_the_frontend_reads(people: People) -> None:
    settings = {"price": 90, "location": "Rzeszów", "description": "Opis", "skills": ["Fizyka"], "group_sessions": True}
    tutor = people.new_tutor(first_name="Łucja", last_name="Żak", picture="uploads/user/x.webp", tutor=settings)
    given_at = datetime(2034, 7, 1, 10, 0, 0, 123_000, UTC)
    for student, rating in ((people.student(first_name="Iwo"), 4), (people.student(last_name="Lis"), 5)):
        columns = {"rating": rating, "review": f"Ocena {rating} <b>", "created_at": given_at}
        insert("ratings", {"tutor_id": tutor.tutor_id, "student_id": student.id, **columns})
    for hour in (9, 7):
        starts_at = datetime(2035, 1, 10, hour, tzinfo=UTC)
        columns = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        insert("schedule_items", {"tutor_id": tutor.tutor_id, **columns})
    assert details(tutor.tutor_id) == {
        "user_id": str(tutor.id),
        "first_name": "Łucja",
        "last_name": "Żak",
        "profile_image": "/static/media/uploads/user/x.webp",
        "description": "Opis",
        "skills": ["Fizyka"],
        "avg_rating": "4.5",
        "price": 90,
        "tutor_ratings": [
            {
                "rating": 4,
                "review": "Ocena 4 <b>",
                "created_at": "2034-07-01T12:00:00.123000+02:00",
                "student_first_name": "Iwo",
                "student_last_name": "Nowak",
            },
            {
                "rating": 5,
                "review": "Ocena 5 <b>",
                "created_at": "2034-07-01T12:00:00.123000+02:00",
                "student_first_name": "Ola",
                "student_last_name": "Lis",
            },
        ],
        "tutor_schedule_items": [
            {"start_time": "2035-01-10T10:00:00+01:00", "end_time": "2035-01-10T11:00:00+01:00"},
            {"start_time": "2035-01-10T08:00:00+01:00", "end_time": "2035-01-10T09:00:00+01:00"},
        ],
        "online_sessions_available": False,
        "in_person_sessions_available": False,
        "tutoring_location": "Rzeszów",
        "individual_sessions_available": False,
        "group_sessions_available": True,
    }
    own = call("GET", "/api/user/tutor/me/", token=tutor.access)
    assert own.json == details(tutor.tutor_id)


def test_a_new_tutor_s_lists_are_empty_and_never_null(people: People) -> None:
    shown = details(people.new_tutor().tutor_id)
    lists = {name: shown[name] for name in ("skills", "tutor_ratings", "tutor_schedule_items")}
    assert lists == {"skills": [], "tutor_ratings": [], "tutor_schedule_items": []}
    assert (shown["avg_rating"], shown["price"], shown["description"]) == ("0.0", 0, None)


@pytest.mark.parametrize("tutor_id", ["0", "2", "2147483647", "2147483648", "9" * 20, "9" * 30, "9" * 5_000])
def test_an_unknown_tutor_is_not_found(people: People, tutor_id: str) -> None:
    people.tutor()
    answer = call("GET", f"/api/user/tutor/details/{tutor_id}/")
    assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})


@pytest.mark.parametrize("text", ["abc", "-1", "1.0", "1e3", "%20", "1%00", "٣", "", "1/2"])
def test_a_malformed_number_is_not_found(people: People, text: str) -> None:
    people.tutor()
    answer = call("GET", f"/api/user/tutor/details/{text}/")
    assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})
    assert "allow" not in answer.headers


def test_unconfirmed_and_deleted_tutors_are_not_found(people: People) -> None:
    unconfirmed, deleted = people.tutor(confirmed_at=None), people.tutor()
    query("DELETE FROM users WHERE id = %s", deleted.id)
    for tutor in (unconfirmed, deleted):
        assert call("GET", f"/api/user/tutor/details/{tutor.tutor_id}/").status == 404
    assert call("GET", "/api/user/tutor/me/", token=unconfirmed.access).json["user_id"] == str(unconfirmed.id)


def test_the_newest_five_hundred_ratings_are_shown_oldest_first(people: People) -> None:
    tutor = people.tutor()
    query(
        """
        WITH students AS (
            INSERT INTO users (email, password_hash) SELECT n || '@example.com', 'x' FROM generate_series(1, 503) AS n
            RETURNING id
        )
        INSERT INTO ratings (tutor_id, student_id, rating, review)
        SELECT %s, id, 3, row_number() OVER () FROM students
        """,
        tutor.tutor_id,
    )
    shown = [int(rating["review"]) for rating in details(tutor.tutor_id)["tutor_ratings"]]
    assert shown == list(range(4, 504))


def test_the_newest_thousand_schedule_items_are_shown_in_order_of_creation(people: People) -> None:
    tutor = people.tutor()
    query(
        """
        INSERT INTO schedule_items (tutor_id, starts_at, ends_at)
        SELECT %s, start, start + interval '1 hour'
        FROM (SELECT timestamptz '2035-01-01 00:00+01' + n * interval '1 hour' AS start
              FROM generate_series(0, 1002) AS n ORDER BY n DESC) AS hours
        """,
        tutor.tutor_id,
    )
    shown = [item["start_time"] for item in details(tutor.tutor_id)["tutor_schedule_items"]]
    assert len(shown) == 1000
    assert shown[-1] == "2035-01-01T00:00:00+01:00"
    assert shown == sorted(shown, reverse=True)


def shown(tutor_id: int) -> list[tuple[str, str]]:
    items = details(tutor_id)["tutor_schedule_items"]
    return [(item["start_time"][11:16], item["end_time"][11:16]) for item in items]


def session(tutor_id: int, hour: float, minutes: int, *, buffer: int = 0, day: str = "2035-01-10", **more: Any) -> None:
    """Make a session on the day of the items below."""
    starts_at = datetime.fromisoformat(f"{day}T00:00+01:00") + timedelta(hours=hour)
    ends_at, away = starts_at + timedelta(minutes=minutes), timedelta(minutes=buffer)
    row = {"tutor_id": tutor_id, "starts_at": starts_at, "ends_at": ends_at, "kind": "individual", "form": "online"}
    insert("tutoring_sessions", row | {"busy_from": starts_at - away, "busy_until": ends_at + away, **more})


def test_booked_time_is_left_out_with_its_buffers(people: People) -> None:
    tutor, other = people.tutor(), people.tutor()
    for begin, end in (("12:00", "16:00"), ("08:00", "10:00"), ("10:00", "11:00")):
        times = (f"2035-01-10T{begin}+01:00", f"2035-01-10T{end}+01:00")
        for each in (tutor, other):
            query(
                "INSERT INTO schedule_items (tutor_id, starts_at, ends_at) VALUES (%s, %s, %s)", each.tutor_id, *times
            )
    whole = [("12:00", "16:00"), ("08:00", "10:00"), ("10:00", "11:00")]
    session(tutor.tutor_id, 13, 60, taken=False)
    session(tutor.tutor_id, 13, 60, day="2035-01-11")
    assert shown(tutor.tutor_id) == whole
    session(tutor.tutor_id, 13, 60, buffer=15)
    assert shown(tutor.tutor_id) == [("12:00", "12:45"), ("14:15", "16:00"), *whole[1:]]
    session(tutor.tutor_id, 9.5, 60)
    assert shown(tutor.tutor_id) == [("12:00", "12:45"), ("14:15", "16:00"), ("08:00", "09:30"), ("10:30", "11:00")]
    session(tutor.tutor_id, 10.5, 30)
    # Tutors cannot teach while they take a lesson.
    session(other.tutor_id, 15, 60, taken=False)
    columns = "session_id, seats, seat, student_id, state, starts_at, ends_at, price, currency"
    query(
        f"INSERT INTO bookings ({columns}) SELECT id, 1, 1, %s, 'confirmed', starts_at, ends_at, 60, 'PLN'"
        " FROM tutoring_sessions ORDER BY id DESC LIMIT 1",
        tutor.id,
    )
    assert shown(tutor.tutor_id) == [("12:00", "12:45"), ("14:15", "15:00"), ("08:00", "09:30")]
    assert shown(other.tutor_id) == whole
    assert call("GET", "/api/user/tutor/me/", token=tutor.access).json == details(tutor.tutor_id)


def test_tokens_are_ignored(people: People) -> None:
    path = f"/api/user/tutor/details/{people.tutor().tutor_id}/"
    assert call("GET", path, token="nonsense").status == 200
