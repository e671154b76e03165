"""The booking terms of a tutor."""

from typing import Any

import pytest

from tests.conftest import read_settings_again
from tests.support.availability_client import TERMS, call, change, every_day, put, rows
from tests.support.booking_client import at, booked, free_tutor
from tests.support.people import People, query

DEFAULTS = {
    "time_zone": "Europe/Warsaw",
    "session_lengths": [60],
    "slot_step": 30,
    "buffer_before": 0,
    "buffer_after": 0,
    "minimum_notice": 60,
    "booking_window": 60,
    "max_per_day": None,
    "max_per_week": None,
    "confirmation": "automatic",
    "cancellation_notice": 12,
    "meeting_url": None,
    "group_seats": 5,
    "group_price": None,
    "currency": "PLN",
    "free": False,
}
NULL, NOT_INTEGER = "Pole nie może mieć wartości null.", "Wymagana poprawna liczba całkowita."
LENGTHS = "Podaj od 1 do 12 różnych długości zajęć, każdą od 15 do 480 minut."
URL, CURRENCY = "Podaj adres zaczynający się od https://.", "Wszystkie ceny są w jednej walucie: PLN."
ZONE = "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład Europe/Warsaw."
BAD_LENGTHS: list[Any] = [
    [],
    [14],
    [481],
    [60, 60],
    [60, "x"],
    [True],
    [None],
    [[]],
    list(range(15, 28)),
    [60] * 10_000,
]


def at_most(number: int) -> str:
    return f"Upewnij się, że ta wartość jest mniejsza lub równa {number}."


def at_least(number: int) -> str:
    return f"Upewnij się, że ta wartość jest większa lub równa {number}."


def own(tutor: Any) -> Any:
    answer = call("GET", f"{TERMS}me/", token=tutor.access)
    assert answer.status == 200, answer
    return answer.json


def test_a_new_tutor_has_default_terms(people: People) -> None:
    assert own(people.tutor()) == DEFAULTS


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({}, {}),
        ({"session_lengths": [90, "60", 45.0]}, {"session_lengths": [90, 60, 45]}),
        ({"slot_step": 5, "buffer_before": 0, "buffer_after": 240}, {"slot_step": 5, "buffer_after": 240}),
        ({"minimum_notice": "43200", "booking_window": 365}, {"minimum_notice": 43200, "booking_window": 365}),
        ({"max_per_day": 1, "max_per_week": 1000}, {"max_per_day": 1, "max_per_week": 1000}),
        ({"max_per_day": None}, {}),
        ({"confirmation": "manual", "cancellation_notice": 0}, {"confirmation": "manual", "cancellation_notice": 0}),
        (
            {"meeting_url": " https://meet.example.com/ola?x=1#y "},
            {"meeting_url": "https://meet.example.com/ola?x=1#y"},
        ),
        ({"meeting_url": "https://zażółć.example.pl:8443/"}, {"meeting_url": "https://zażółć.example.pl:8443/"}),
        (
            {"group_seats": 100, "group_price": 0, "currency": " pln "},
            {"group_seats": 100, "group_price": 0, "currency": "PLN"},
        ),
        ({"time_zone": "Asia/Kathmandu"}, {"time_zone": "Asia/Kathmandu"}),
    ],
)
def test_terms_can_be_changed_one_by_one(people: People, sent: Any, stored: Any) -> None:
    tutor, other = people.tutor(), people.tutor()
    assert change(tutor, **sent).json == DEFAULTS | stored
    assert own(tutor) == DEFAULTS | stored
    assert own(other) == DEFAULTS


def test_null_clears_optional_terms(people: People) -> None:
    tutor = people.tutor()
    change(tutor, max_per_day=3, max_per_week=9, meeting_url="https://meet.example.com/", group_price=40)
    assert change(tutor, max_per_day=None, max_per_week=None, meeting_url=None, group_price=None).json == DEFAULTS


@pytest.mark.parametrize(
    ("sent", "complaints"),
    [
        ({"session_lengths": None}, {"session_lengths": [NULL]}),
        ({"session_lengths": 60}, {"session_lengths": ["Oczekiwano listy, otrzymano: liczba."]}),
        *(({"session_lengths": lengths}, {"session_lengths": [LENGTHS]}) for lengths in BAD_LENGTHS),
        ({"slot_step": 4}, {"slot_step": [at_least(5)]}),
        ({"slot_step": 241}, {"slot_step": [at_most(240)]}),
        ({"slot_step": None}, {"slot_step": [NULL]}),
        ({"buffer_before": -1, "buffer_after": 241}, {"buffer_before": [at_least(0)], "buffer_after": [at_most(240)]}),
        ({"minimum_notice": 43_201}, {"minimum_notice": [at_most(43_200)]}),
        ({"booking_window": 0}, {"booking_window": [at_least(1)]}),
        ({"booking_window": 366}, {"booking_window": [at_most(365)]}),
        ({"booking_window": "9" * 5_000}, {"booking_window": [NOT_INTEGER]}),
        ({"max_per_day": 0, "max_per_week": 1_001}, {"max_per_day": [at_least(1)], "max_per_week": [at_most(1_000)]}),
        ({"max_per_day": "x"}, {"max_per_day": [NOT_INTEGER]}),
        ({"confirmation": "never"}, {"confirmation": ["Dozwolone wartości: automatic, manual."]}),
        ({"confirmation": None}, {"confirmation": [NULL]}),
        ({"cancellation_notice": 721}, {"cancellation_notice": [at_most(720)]}),
        *(
            ({"meeting_url": url}, {"meeting_url": [URL]})
            for url in (
                "http://meet.example.com/",
                "//meet.example.com/",
                "meet.example.com",
                "javascript:alert(1)",
                "https://",
                "https://localhost/",
                "https://127.0.0.1/",
                "https://[::1]/",
                "https://[x",
                "https://meet.example.com@evil.example/",
                "https://meet.example.com:0/",
                "https://meet.example.com:99999/",
                "https://meet.example.com/a b",
                "https://meet.example.com/<script>",
                'https://meet.example.com/"x',
                "https://-x-.example.com/",
                "https://" + "a" * 64 + ".example.com/",
                "https://meet..example.com/",
            )
        ),
        ({"meeting_url": "https://x.pl/\ud800"}, {"meeting_url": ["Znaki zastępcze są niedozwolone: U+D800."]}),
        ({"meeting_url": ""}, {"meeting_url": ["To pole nie może być puste."]}),
        (
            {"meeting_url": "https://x.pl/" + "x" * 500},
            {"meeting_url": ["Upewnij się, że to pole ma nie więcej niż 500 znaków."]},
        ),
        ({"group_seats": 1}, {"group_seats": [at_least(2)]}),
        ({"group_seats": 101}, {"group_seats": [at_most(100)]}),
        ({"group_price": -1}, {"group_price": [at_least(0)]}),
        ({"group_price": 1_000_001}, {"group_price": [at_most(1_000_000)]}),
        *(
            ({"currency": currency}, {"currency": [CURRENCY]})
            for currency in ("", "PL", "EUR", "PLNN", "zł ", "ŁŁŁ", 985, ["PLN"])
        ),
        ({"currency": None}, {"currency": [NULL]}),
        ({"time_zone": "Warsaw"}, {"time_zone": [ZONE]}),
        ({"time_zone": "Europe"}, {"time_zone": [ZONE]}),
        ({"time_zone": "x" * 5_000}, {"time_zone": [ZONE]}),
        ({"time_zone": "UTC\0"}, {"time_zone": [ZONE]}),
        ({"time_zone": ""}, {"time_zone": [ZONE]}),
    ],
)
def test_invalid_terms_are_refused_and_change_nothing(people: People, sent: Any, complaints: Any) -> None:
    tutor = people.tutor()
    put(tutor, *every_day())
    before = rows(tutor)
    answer = call("PATCH", f"{TERMS}me/", token=tutor.access, json_body={"group_seats": 7} | sent)
    assert answer.status == 400
    assert {name: answer.json.get(name) for name in complaints} == complaints
    assert own(tutor) == DEFAULTS
    assert rows(tutor) == before


# What everybody sees


def test_students_see_only_the_terms_they_need(people: People) -> None:
    tutor = people.tutor(tutor={"price": 80})
    change(tutor, meeting_url="https://meet.example.com/ola", session_lengths=[90, 45], max_per_day=3)
    answer = call("GET", f"{TERMS}{tutor.tutor_id}/")
    expected = {
        "time_zone": "Europe/Warsaw",
        "session_lengths": [90, 45],
        "minimum_notice": 60,
        "booking_window": 60,
        "confirmation": "automatic",
        "cancellation_notice": 12,
        "price": 80,
        "group_seats": 5,
        "group_price": 80,
        "currency": "PLN",
    }
    assert (answer.status, answer.json) == (200, expected)
    change(tutor, group_price=30)
    assert call("GET", f"{TERMS}{tutor.tutor_id}/", token="nonsense").json == expected | {"group_price": 30}


@pytest.mark.parametrize("path", [f"{TERMS}{{}}/", "/api/availability/tutors/{}/slots/"])
def test_hidden_and_unknown_tutors_are_not_found(people: People, path: str) -> None:
    hidden = people.tutor(confirmed_at=None)
    for tutor_id in (hidden.tutor_id, 0, 99, 2**31, "9" * 40):
        answer = call("GET", path.format(tutor_id))
        assert (answer.status, answer.json) == (404, {"detail": "Nie znaleziono."})
    for tutor_id in ("x", "-1", "1.0"):
        assert call("GET", path.format(tutor_id)).status == 404


def test_a_tutor_inserted_directly_has_terms_too(people: People) -> None:
    tutor = people.tutor()
    assert query("SELECT tutor_id, time_zone FROM booking_terms") == [(tutor.tutor_id, "Europe/Warsaw")]


def test_all_prices_are_in_the_platform_s_currency(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    tutor = free_tutor(people)
    query("UPDATE booking_terms SET currency = 'USD'")
    monkeypatch.setenv("CURRENCY", "eur")
    read_settings_again()
    assert change(tutor, currency="EUR").json["currency"] == "EUR"
    assert call("GET", f"{TERMS}{tutor.tutor_id}/").json["currency"] == "EUR"
    assert booked(people.student(), tutor, at(10))["currency"] == "EUR"
    answer = call("PATCH", f"{TERMS}me/", token=tutor.access, json_body={"currency": "PLN"})
    assert (answer.status, answer.json) == (400, {"currency": ["Wszystkie ceny są w jednej walucie: EUR."]})
