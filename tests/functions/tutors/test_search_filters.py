"""Every search parameter, and invalid values."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.people import People, insert, query
from tests.support.tutor_search import call, found, search

NOT_NUMBER = "Wpisz liczbę."
TOO_LARGE = "Upewnij się, że ta wartość jest mniejsza lub równa 1e+50."
NUL = "Znaki null są niedozwolone."


@pytest.fixture
def tutors(people: People) -> People:
    """Łucja is rated 4.3, Anna 3.0 and Jan not at all."""
    lucja = people.new_tutor(
        first_name="Łucja",
        last_name="Rek Żak",
        tutor={
            "price": 100,
            "location": "Złoty Stok Północ",
            "online_sessions": True,
            "individual_sessions": True,
            "skills": ["Fizyka", "Hiszpański"],
        },
    )
    anna = people.new_tutor(
        first_name="Anna",
        last_name="Rek",
        tutor={
            "price": 200,
            "location": "Złotów",
            "in_person_sessions": True,
            "individual_sessions": True,
            "group_sessions": True,
            "skills": ["Hiszpański"],
        },
    )
    people.new_tutor(
        first_name="Jan",
        last_name="Rek",
        tutor={
            "price": 300,
            "location": "Inne 100%_pewne",
            "online_sessions": True,
            "in_person_sessions": True,
            "group_sessions": True,
            "skills": ["Chemia"],
        },
    )
    for tutor, ratings in ((lucja, (5, 4, 4)), (anna, (3,))):
        for rating in ratings:
            row = {"tutor_id": tutor.tutor_id, "student_id": people.student().id, "rating": rating, "review": "x"}
            insert("ratings", row)
    return people


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ("", "Łucja Anna Jan"),
        ("search_by_full_name=", "Łucja Anna Jan"),
        ("search_by_full_name=REK", "Łucja Anna Jan"),
        ("search_by_full_name=na%20Rek", "Anna"),
        ("search_by_full_name=Rek%20Anna", "Anna"),
        ("search_by_full_name=%C5%82UCJA%20rek", "Łucja"),
        ("search_by_full_name=+Jan+Rek+", "Jan"),
        ("search_by_full_name=%25", ""),
        ("search_by_full_name=Re_", ""),
        ("search_by_full_name=R%25k", ""),
        ("search_by_full_name=%5C", ""),
        ("search_by_full_name=%27%20OR%201%3D1%20--", ""),
        ("search_by_full_name=" + "x" * 60_000, ""),
        ("search_by_full_name=" + "x+" * 30_000, ""),
        ("tutoring_location=z%C5%82ot", "Łucja Anna"),
        ("tutoring_location=Z%C5%81OTY", "Łucja"),
        ("tutoring_location=P%C3%B3%C5%82noc", "Łucja"),
        ("tutoring_location=oty", ""),
        ("tutoring_location=100%25_p", "Jan"),
        ("tutoring_location=100_", ""),
        ("tutoring_location=" + "x" * 60_000, ""),
        ("price__gte=200", "Anna Jan"),
        ("price__gt=200", "Jan"),
        ("price__lte=200", "Łucja Anna"),
        ("price__lt=200", "Łucja"),
        ("price__gte=150&price__lte=250", "Anna"),
        ("price__gt=199.5", "Anna Jan"),
        ("price__gte=199.5&price__lt=200.5", "Anna"),
        ("price__lte=199.5", "Łucja"),
        ("price__gte=1e2&price__lte=1E2", "Łucja"),
        ("price__gte=+200+", "Anna Jan"),
        ("price__gte=-5", "Łucja Anna Jan"),
        ("price__lt=-5", ""),
        ("price__lte=99999999999999999999", "Łucja Anna Jan"),
        ("price__gte=1e50", ""),
        ("price__gte=1e-999999999", "Łucja Anna Jan"),
        ("price__gte=0e999999", "Łucja Anna Jan"),
        ("price__gte=" + "0" * 60_000, "Łucja Anna Jan"),
        ("price__gte=", "Łucja Anna Jan"),
        ("price=100", "Łucja Anna Jan"),
        ("avg_rating__gte=4.3", "Łucja"),
        ("avg_rating__gt=4.3", ""),
        ("avg_rating__lte=3", "Anna Jan"),
        ("avg_rating__lt=3", "Jan"),
        ("avg_rating__gte=3", "Łucja Anna"),
        ("avg_rating__gte=4.2999999", "Łucja"),
        ("avg_rating__gte=4.3000001", ""),
        ("avg_rating__lte=100", "Łucja Anna Jan"),
        ("avg_rating__gte=0." + "9" * 60_000, "Łucja Anna"),
        ("online_sessions_available=true", "Łucja Jan"),
        ("online_sessions_available=True", "Łucja Jan"),
        ("online_sessions_available=TRUE", "Łucja Jan"),
        ("online_sessions_available=1", "Łucja Jan"),
        ("online_sessions_available=false", "Anna"),
        ("online_sessions_available=0", "Anna"),
        ("online_sessions_available=maybe", "Łucja Anna Jan"),
        ("online_sessions_available=tRuE", "Łucja Anna Jan"),
        ("online_sessions_available=", "Łucja Anna Jan"),
        ("in_person_sessions_available=true", "Anna Jan"),
        ("in_person_sessions_available=False", "Łucja"),
        ("individual_sessions_available=true", "Łucja Anna"),
        ("individual_sessions_available=FALSE", "Jan"),
        ("group_sessions_available=true&individual_sessions_available=true", "Anna"),
        ("skills=Hiszpa%C5%84ski", "Łucja Anna"),
        ("skills=Fizyka&skills=Hiszpa%C5%84ski", "Łucja Anna"),
        ("skills=Fizyka&skills=Chemia", "Łucja Jan"),
        ("skills=WOS", ""),
        ("skills=Chemia&price__lt=300", ""),
        ("sorting_by_hourly_rate=desc", "Jan Anna Łucja"),
        ("sorting_by_hourly_rate=ASC", "Łucja Anna Jan"),
        ("sorting_by_average_rating=Desc", "Łucja Anna Jan"),
        ("sorting_by_average_rating=asc", "Jan Anna Łucja"),
        ("sorting_by_hourly_rate=asc&sorting_by_average_rating=asc", "Jan Anna Łucja"),
        ("sorting_by_average_rating=asc&sorting_by_hourly_rate=asc", "Jan Anna Łucja"),
        ("sorting_by_average_rating=up&sorting_by_hourly_rate=desc", "Jan Anna Łucja"),
        ("nonsense=1&_=2&skill=X", "Łucja Anna Jan"),
    ],
)
def test_each_parameter_finds_the_expected_tutors(tutors: People, parameters: str, names: str) -> None:
    result = found(parameters)
    assert sorted(result) == sorted(names.split())
    if "sorting" in parameters:
        assert result == names.split()


@pytest.mark.parametrize(
    ("parameters", "errors"),
    [
        ("price__gte=199%2C5", {"price__gte": [NOT_NUMBER]}),
        ("price__gte=Infinity", {"price__gte": [NOT_NUMBER]}),
        ("price__lt=-inf", {"price__lt": [NOT_NUMBER]}),
        ("price__gt=NaN", {"price__gt": [NOT_NUMBER]}),
        ("price__gt=sNaN", {"price__gt": [NOT_NUMBER]}),
        ("price__lte=0x10", {"price__lte": [NOT_NUMBER]}),
        ("price__lte=%00", {"price__lte": [NOT_NUMBER]}),
        ("price__lte=1e60", {"price__lte": [TOO_LARGE]}),
        ("price__lte=1e999999999", {"price__lte": [TOO_LARGE]}),
        ("avg_rating__gte=x", {"avg_rating__gte": [NOT_NUMBER]}),
        (
            "price__gte=abc&price__lte=def&avg_rating__gte=x&price__gt=5",
            {"price__gte": [NOT_NUMBER], "price__lte": [NOT_NUMBER], "avg_rating__gte": [NOT_NUMBER]},
        ),
        ("search_by_full_name=%00", {"search_by_full_name": [NUL]}),
        ("tutoring_location=a%00b", {"tutoring_location": [NUL]}),
        ("page_size=0", {"page_size": ["Upewnij się, że ta wartość jest większa lub równa 1."]}),
        ("page_size=101", {"page_size": ["Upewnij się, że ta wartość jest mniejsza lub równa 100."]}),
        ("page_size=x", {"page_size": ["Wymagana poprawna liczba całkowita."]}),
        ("page_size=1.5", {"page_size": ["Wymagana poprawna liczba całkowita."]}),
    ],
)
def test_all_invalid_values_are_refused_at_once(platform: None, parameters: str, errors: dict[str, Any]) -> None:
    answer = search(parameters)
    assert (answer.status, answer.json) == (400, errors)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("skills=Nieznany", "Nieznany"),
        ("skills=Fizyka&skills=Nieznany", "Nieznany"),
        ("skills=Nieznany&skills=Fizyka", "Nieznany"),
        ("skills=fizyka", "fizyka"),
        ("skills=Fizyka%2CChemia", "Fizyka,Chemia"),
        ("skills=", ""),
        ("skills=%00", "\0"),
        ("skills=%FF", "\ufffd"),
    ],
)
def test_an_unknown_skill_is_refused(platform: None, parameters: str, name: str) -> None:
    answer = search(parameters)
    expected = {"skills": [f"Wybierz poprawną wartość. {name} nie jest żadną z dostępnych opcji."]}
    assert (answer.status, answer.json) == (400, expected)


def test_a_skill_added_later_is_found_at_once(people: People) -> None:
    assert search("skills=Logika").status == 400
    query("INSERT INTO skills (name) VALUES ('Logika')")
    try:
        people.tutor(first_name="Łucja", tutor={"skills": ["Logika"]})
        assert found("skills=Logika") == ["Łucja"]
    finally:
        query("DELETE FROM skills WHERE name = 'Logika'")


def test_an_item_has_exactly_what_the_frontend_reads(tutors: People) -> None:
    assert search("search_by_full_name=%C5%82ucja").json == [
        {
            "id": 1,
            "first_name": "Łucja",
            "last_name": "Rek Żak",
            "profile_image": "/static/media/uploads/user/default.jpg",
            "description": None,
            "price": 100,
            "avg_rating": "4.3",
            "skills": ["Fizyka", "Hiszpański"],
            "online_sessions_available": True,
            "in_person_sessions_available": False,
            "tutoring_location": "Złoty Stok Północ",
            "individual_sessions_available": True,
            "group_sessions_available": False,
        }
    ]
    unrated = search("search_by_full_name=jan").json[0]
    assert (unrated["avg_rating"], list(unrated)) == ("0.0", list(search("search_by_full_name=anna").json[0]))


def test_tokens_are_ignored(tutors: People) -> None:
    for header in ("Bearer nonsense", "Bearer", "Bearer a b", "Basic x"):
        answer = call("GET", "/api/user/tutor/search/", headers={"authorization": header})
        assert (answer.status, len(answer.json)) == (200, 3)


def renamed(people: People) -> str:
    query("UPDATE users SET first_name = 'Żaneta', picture = 'uploads/user/x.webp' WHERE first_name = 'Anna'")
    return "Łucja Żaneta Jan"


def unconfirmed(people: People) -> str:
    people.tutor(first_name="Ewa", confirmed_at=None)
    return "Łucja Anna Jan"


def confirmed_later(people: People) -> str:
    ewa = people.tutor(first_name="Ewa", confirmed_at=None)
    query("UPDATE users SET confirmed_at = %s WHERE id = %s", datetime.now(UTC), ewa.id)
    return "Łucja Anna Jan Ewa"


def deleted(people: People) -> str:
    query("DELETE FROM users WHERE first_name = 'Anna'")
    return "Łucja Jan"


@pytest.mark.parametrize("change", [renamed, unconfirmed, confirmed_later, deleted])
def test_search_shows_confirmed_accounts_with_their_current_data(
    tutors: People, change: Callable[[People], str]
) -> None:
    expected = change(tutors)
    assert sorted(found("")) == sorted(expected.split())
    answer = call("GET", "/api/user/tutor/all/")
    assert sorted(tutor["first_name"] for tutor in answer.json) == sorted(expected.split())
    pictures = {tutor["profile_image"] for tutor in answer.json if tutor["first_name"] == "Żaneta"}
    assert pictures <= {"/static/media/uploads/user/x.webp"}


def test_a_wrong_method_is_refused(platform: None) -> None:
    for path in ("search", "all", "details/1", "skills"):
        answer = call("POST", f"/api/user/tutor/{path}/", json_body={})
        assert (answer.status, answer.json) == (405, {"detail": 'Niedozwolona metoda "POST".'})
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
