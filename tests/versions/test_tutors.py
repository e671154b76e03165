"""Tutors, their schedules, reviews and settings in version 2 (docs/contract-newer.md, sections 3 and 4)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.booking_rows import insert_booking
from tests.support.browser import Browser
from tests.support.people import People, Person, insert, query

SignedIn = Callable[[Person], Browser]
SWITCHES = ("online_sessions_available", "in_person_sessions_available")
GROUPS = ("individual_sessions_available", "group_sessions_available")
PERSON = ("first_name", "last_name", "profile_image", "description")
CARD = ["id", *PERSON, "price", "avg_rating", "skills", *SWITCHES, "tutoring_location", *GROUPS]
DETAILS = ["user_id", *PERSON, "skills", "avg_rating", "price", "tutor_schedule_items", *SWITCHES]
DETAILS += ["tutoring_location", *GROUPS]
TOO_LONG = "Tutoring location cannot be longer than 50 characters."
NO_SUCH_PAGE = {"detail": "Niepoprawna strona."}


def test_the_search_returns_pages_with_absolute_urls(browser: Browser, people: People) -> None:
    ids = [people.tutor(tutor={"price": price}).tutor_id for price in (30, 10, 20)]
    first = browser("GET", "user/tutor/search/?&sorting_by_hourly_rate=asc&page_size=2").json
    assert list(first) == ["count", "next", "previous", "results"]
    assert (first["count"], first["previous"]) == (3, None)
    assert [each["id"] for each in first["results"]] == [ids[1], ids[2]]
    card = first["results"][0]
    assert list(card) == CARD
    assert card["profile_image"] == f"{browser.entry.own}/static/media/uploads/user/default.jpg"
    assert (card["price"], card["avg_rating"], card["skills"]) == (10, "0.0", ["Matematyka"])
    link = f"{browser.entry.own}/v2/api/user/tutor/search/?p=2&page_size=2&sorting_by_hourly_rate=asc"
    assert first["next"] == link
    second = browser("GET", first["next"].removeprefix(browser.entry.own)).json
    assert [each["id"] for each in second["results"]] == [ids[0]]
    assert (second["next"], second["previous"]) == (None, link.replace("p=2&", ""))
    assert browser("GET", "user/tutor/search/?p=last&page_size=2&sorting_by_hourly_rate=asc").json == second


def test_a_page_that_does_not_exist_is_not_found(browser: Browser, people: People) -> None:
    people.tutor()
    for page in ("2", "0", "-1", "x", "", "1.5", "9" * 30, "%C2%B2"):
        for path in ("user/tutor/search/", "user/tutor/reviews/1/"):
            answer = browser("GET", f"{path}?p={page}")
            assert (answer.status, answer.json) == (404, NO_SUCH_PAGE), page


def test_invalid_page_sizes_become_ten_and_large_ones_a_hundred(browser: Browser, people: People) -> None:
    for _ in range(12):
        people.tutor()
    for size, number in (("0", 10), ("-3", 10), ("x", 10), ("", 10), ("7", 7), ("1000", 12)):
        assert len(browser("GET", f"user/tutor/search/?page_size={size}").json["results"]) == number, size


def test_an_empty_search_has_one_page(browser: Browser) -> None:
    nobody: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}
    assert browser("GET", "user/tutor/search/").json == nobody
    assert browser("GET", f"user/tutor/search/?search_by_full_name={'x' * 600}").json == nobody


FILTERS = (
    ("search_by_full_name=la+now", "ab"),
    ("search_by_full_name=Xylofon", ""),
    ("tutoring_location=rze", "a"),
    ("skills=Fizyka", "b"),
    ("skills=Fizyka&skills=Matematyka", "abc"),
    ("price__gte=20&price__lte=20", "b"),
    ("price__gte=&skills=Fizyka", "b"),
    ("price__lte=20&price__lte=10", "a"),
    ("avg_rating__gte=4", "c"),
    ("avg_rating__gte=&avg_rating__lte=4", "ab"),
    ("online_sessions_available=true&individual_sessions_available=true", "abc"),
    ("online_sessions_available=false", ""),
    ("in_person_sessions_available=true", ""),
    ("individual_sessions_available=junk&in_person_sessions_available=", "abc"),
    ("tutoring_location=eszów", ""),
    ("group_sessions_available=true", "c"),
    ("group_sessions_available=maybe&sorting_by_hourly_rate=up&unknown=1&free_from=x", "abc"),
    ("price__gte=1&price__gte=30", "c"),
    ("sorting_by_average_rating=desc&page_size=1", "c"),
)


def test_every_filter_takes_effect(browser: Browser, people: People) -> None:
    names = {
        people.tutor(last_name="Nowak", tutor={"price": 10, "location": "Rzeszów"}).tutor_id: "a",
        people.tutor(last_name="Nowakowska", tutor={"price": 20, "skills": ["Fizyka"]}).tutor_id: "b",
        people.tutor(last_name="Lis", tutor={"price": 30, "group_sessions": True}).tutor_id: "c",
    }
    insert("ratings", {"tutor_id": list(names)[2], "student_id": people.student().id, "rating": 5, "review": "!"})
    for asked, found in FILTERS:
        page = browser("GET", f"user/tutor/search/?&{asked}").json
        assert sorted(names[each["id"]] for each in page["results"]) == sorted(found), asked
        assert page["count"] == len(found) or "page_size" in asked


def test_invalid_filters_are_named(browser: Browser, people: People) -> None:
    people.tutor()
    answer = browser("GET", "user/tutor/search/?price__gte=x")
    assert (answer.status, answer.json) == (400, {"price__gte": ["Wpisz liczbę."]})
    unknown = "Wybierz poprawną wartość. Magia nie jest żadną z dostępnych opcji."
    assert browser("GET", "user/tutor/search/?skills=Magia").json == {"skills": [unknown]}


def test_the_frontend_may_repeat_parameters_four_thousand_times(browser: Browser, people: People) -> None:
    for _ in range(11):
        people.tutor(last_name="Nowak", tutor={"price": 20})
    asked = "p=1"
    for each in ("price__gte=1", "price__gte=2", "price__lte=90", "search_by_full_name=no", *["unknown=0"] * 7):
        asked = f"{asked}&{asked}&{each}"
    assert len(asked.split("&")) == 4_095
    page = browser("GET", f"user/tutor/search/?&{asked}").json
    assert (page["count"], len(page["results"])) == (11, 10)
    following = parse_qsl(urlsplit(page["next"]).query)
    assert ("p", "2") in following
    assert len(following) < 10
    assert len(browser("GET", page["next"].removeprefix(browser.entry.own)).json["results"]) == 1


def test_details_have_slots_and_no_reviews(browser: Browser, people: People) -> None:
    student, tutor = people.student(), people.tutor(tutor={"location": "Rzeszów"})
    times = {"tutor_id": tutor.tutor_id, "starts_at": "2035-01-10T08:00Z", "ends_at": "2035-01-10T09:00Z"}
    taken = insert("schedule_items", times)
    free = insert("schedule_items", {**times, "starts_at": "2035-01-10T09:00Z", "ends_at": "2035-01-10T10:00Z"})
    insert_booking(student, tutor, starts_at=datetime(2035, 1, 10, 8, tzinfo=UTC))
    slots = [
        {
            "id": taken,
            "start_time": "2035-01-10T09:00:00+01:00",
            "end_time": "2035-01-10T10:00:00+01:00",
            "is_reserved": True,
        },
        {
            "id": free,
            "start_time": "2035-01-10T10:00:00+01:00",
            "end_time": "2035-01-10T11:00:00+01:00",
            "is_reserved": False,
        },
    ]
    details = browser("GET", f"user/tutor/details/{tutor.tutor_id}/").json
    assert list(details) == DETAILS
    assert (details["user_id"], details["tutor_schedule_items"]) == (str(tutor.id), slots)
    assert details["profile_image"].startswith(browser.entry.own)
    assert browser("GET", f"user/tutor/schedule/{tutor.tutor_id}/").json == slots


def test_unknown_tutors(browser: Browser, people: People) -> None:
    unconfirmed = people.tutor(confirmed_at=None)
    for tutor_id in ("99", "0", "9" * 12, "abc", str(unconfirmed.tutor_id)):
        answer = browser("GET", f"user/tutor/details/{tutor_id}/")
        assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})
        assert browser("GET", f"user/tutor/schedule/{tutor_id}/").json == []
        assert browser("GET", f"user/tutor/reviews/{tutor_id}/").status == 404


def test_public_paths_ignore_an_invalid_token(browser: Browser, people: People) -> None:
    people.tutor()
    browser.cookies = {"access": "junk"}
    for path in ("search/", "all/", "skills/", "details/1/", "schedule/1/", "reviews/1/"):
        assert browser("GET", f"user/tutor/{path}").status == 200, path
    assert browser("GET", "user/ratings/best/?number_of_ratings=9").status == 200


def test_the_whole_list_is_an_array(browser: Browser, people: People) -> None:
    people.tutor(picture="uploads/user/x.webp")
    [card] = browser("GET", "user/tutor/all/").json
    assert (list(card), card["profile_image"]) == (CARD, f"{browser.entry.own}/static/media/uploads/user/x.webp")


def test_skills_are_listed_in_order_of_creation(browser: Browser) -> None:
    insert("skills", {"name": "Akrobatyka"})
    try:
        names = [each["skill"] for each in browser("GET", "user/tutor/skills/").json]
    finally:
        query("DELETE FROM skills WHERE name = 'Akrobatyka'")
    assert names == [*sorted(names[:-1]), "Akrobatyka"]


def test_reviews_have_names_and_a_number(browser: Browser, signed_in: SignedIn, people: People) -> None:
    tutor = people.tutor()
    assert browser("GET", f"user/tutor/reviews/{tutor.tutor_id}/").json == {
        "count": 0,
        "next": None,
        "previous": None,
        "results": [],
        "avg_rating": 0.0,
    }
    for name, stars in (("Ala", 5), ("Ela", 4)):
        student = signed_in(people.student(first_name=name))
        rated = student("POST", f"user/rate_tutor/{tutor.tutor_id}/", {"rating": stars, "review": "Polecam."})
        assert (rated.status, list(rated.json)) == (201, ["rating", "review", "created_at"])
    page = browser("GET", f"user/tutor/reviews/{tutor.tutor_id}/?p=1&page_size=15").json
    assert list(page) == ["count", "next", "previous", "results", "avg_rating"]
    assert page["avg_rating"] == 4.5
    newest = page["results"][0]
    assert list(newest) == ["rating", "review", "created_at", "student_first_name", "student_last_name"]
    assert (newest["student_first_name"], newest["rating"]) == ("Ela", 4)
    best = browser("GET", "user/ratings/best/?number_of_ratings=9").json
    assert best == page["results"][::-1]
    assert browser("GET", "user/ratings/best/?number_of_ratings=1").json == best[:1]
    assert browser("GET", "user/ratings/best/").json == best
    assert browser("GET", "user/ratings/best/?number_of_ratings=1000").json == best


def test_lists_that_only_the_first_api_has_keep_its_format(
    browser: Browser, signed_in: SignedIn, people: People
) -> None:
    assert browser("GET", "user/tutor/reviews/best/").json == []
    staff = signed_in(people.student(is_staff=True))
    for path in ("reported", "hidden"):
        answer = staff("GET", f"user/tutor/reviews/{path}/?page_size=1")
        assert (answer.status, answer.json) == (200, {"count": 0, "next": None, "previous": None, "results": []})
        assert browser("GET", f"user/tutor/reviews/{path}/").status == 401


def test_an_invalid_number_of_reviews_is_refused(browser: Browser) -> None:
    for number in ("-1", "x", "1.5"):
        answer = browser("GET", f"user/ratings/best/?number_of_ratings={number}")
        assert (answer.status, list(answer.json)) == (400, ["number_of_ratings"])


def test_a_student_reviews_a_tutor_once_and_tutors_cannot_review_themselves(
    signed_in: SignedIn, people: People
) -> None:
    tutor, student = people.tutor(), signed_in(people.student())
    path, review = f"user/rate_tutor/{tutor.tutor_id}/", {"rating": 5, "review": "Polecam."}
    assert [student("POST", path, review).status for _ in range(2)] == [201, 400]
    complaints: tuple[tuple[Browser, str, dict[str, Any], int, Any], ...] = (
        (signed_in(tutor), path, {}, 400, ["You can't rate yourself"]),
        (student, path, {"rating": 6}, 400, {"rating": ["Rating must be between 1 and 5"]}),
        (student, path, {"rating": 0}, 400, {"rating": ["Rating must be between 1 and 5"]}),
        (student, path, {"review": ""}, 400, {"review": ["To pole nie może być puste."]}),
        (student, "user/rate_tutor/99/", {}, 400, {"Error": "Tutor not found."}),
    )
    for asker, asked, wrong, status, complaint in complaints:
        answer = asker("POST", asked, review | wrong)
        assert (answer.status, answer.json) == (status, complaint)


def test_own_reviews_are_listed_and_can_be_deleted(signed_in: SignedIn, people: People) -> None:
    tutor, student = people.tutor(), signed_in(people.student())
    path = f"user/rate_tutor/{tutor.tutor_id}/"
    student("POST", path, {"rating": 5, "review": "Polecam."})
    [own] = student("GET", "user/ratings/me/").json["ratings"]
    assert (own["rating"], own["review"]) == (5, "Polecam.")
    assert signed_in(people.student())("DELETE", path).json == {"Error": "Rating not found."}
    assert student("DELETE", path).status in {200, 204}
    assert student("GET", f"user/tutor/reviews/{tutor.tutor_id}/").json["count"] == 0


def test_a_schedule_includes_past_slots(browser: Browser, people: People) -> None:
    tutor = people.tutor()
    times = {"starts_at": "2020-01-10T08:00Z", "ends_at": "2020-01-10T09:00Z"}
    item = insert("schedule_items", {"tutor_id": tutor.tutor_id, **times})
    [slot] = browser("GET", f"user/tutor/schedule/{tutor.tutor_id}/").json
    assert (slot["id"], slot["start_time"]) == (item, "2020-01-10T09:00:00+01:00")
