"""The language of errors over HTTP."""

import re
from typing import Any

import pytest

from functions.availability.handler import handler as availability
from functions.bookings.handler import handler as bookings
from functions.notifications.handler import handler as notifications
from functions.profiles.handler import handler as profiles
from functions.reviews.handler import handler as reviews
from functions.tokens.handler import handler as tokens
from tests.support.lambda_client import ANY, Answer, LambdaClient
from tests.support.people import People, query

me, hours, booking, notes = map(LambdaClient, (profiles, availability, bookings, notifications))
POLISH_LETTERS = re.compile("[ąćęłńóśźż]", re.IGNORECASE)
ENGLISH = {"accept-language": "en-GB, pl;q=0.5"}
JSON = {"content-type": "application/json"}
# Endpoints outside the contract, each with a request that is refused.
REFUSED: list[tuple[LambdaClient, str, str, Any]] = [
    (me, "PATCH", "/api/user/me/", {"time_zone": "Mars", "language": 7, "first_name": []}),
    (me, "PATCH", "/api/user/me/", {"frist_name": "x"}),
    (me, "DELETE", "/api/user/me/", {}),
    (booking, "POST", "/api/reservation/reservation/", {"tutor": "x", "start_time": "2035-01-10T14:00"}),
    (booking, "POST", "/api/reservation/reservation/", {}),
    (booking, "POST", "/api/reservation/reservation/", []),
    (booking, "POST", "/api/reservation/reservation/1/cancel/", {}),
    (booking, "GET", "/api/reservation/student/me/?state=x&when=y", None),
    (hours, "PUT", "/api/availability/hours/me/", {"hours": "x"}),
    (hours, "PUT", "/api/availability/hours/me/", {"hours": [{"weekday": 9, "start": "x", "end": None}]}),
    (hours, "POST", "/api/availability/hours/me/overrides/", {"day": "x", "kind": "y"}),
    (hours, "PATCH", "/api/availability/terms/me/", {"session_lengths": [1], "meeting_url": "x", "currency": 1}),
    (notes, "PATCH", "/api/notification/is_read/1/", {"is_read": "x"}),
    (notes, "GET", "/api/reservation/calendar/", None),
    (LambdaClient(tokens), "DELETE", "/api/token/devices/00000000-0000-4000-8000-000000000000/", None),
    (LambdaClient(reviews), "GET", "/api/user/tutor/reviews/1/?p=x", None),
]


def ask(call: LambdaClient, method: str, path: str, body: Any, **options: Any) -> Answer:
    return call(method, path, json_body=ANY if body is None else body, **options)


@pytest.mark.parametrize("request_", REFUSED, ids=lambda each: f"{each[1]} {each[2]} {each[3]}")
def test_errors_of_our_own_endpoints_are_in_the_language_of_the_account(people: People, request_: Any) -> None:
    person = people.tutor()
    answers = {}
    for language in ("pl", "en"):
        query("UPDATE users SET language = %s", language)
        accepted = language if "reviews/1/" in request_[2] else "de"
        answers[language] = ask(*request_, token=person.access, headers={"accept-language": accepted})
    polish, english = answers["pl"], answers["en"]
    assert polish.status == english.status >= 400
    assert not POLISH_LETTERS.search(english.body.decode()), english.json
    assert polish.json != english.json
    assert polish.json.get("code") == english.json.get("code")
    assert polish.json.keys() == english.json.keys()
    if "reviews/1/" not in request_[2]:  # which is public
        assert (polish.headers["content-language"], english.headers["content-language"]) == ("pl", "en")


def test_without_an_account_errors_follow_accept_language(people: People) -> None:
    del people
    for headers, language, detail in (
        (ENGLISH, "en", "You are not signed in."),
        ({}, "pl", "Nie podano danych uwierzytelniających."),
    ):
        answer = me("GET", "/api/user/me/", headers=headers)
        assert (answer.status, answer.json) == (401, {"detail": detail})
        assert answer.headers["content-language"] == language
        assert "Accept-Language" in answer.headers["vary"]


def test_errors_about_the_body_do_not_quote_python(people: People) -> None:
    query_language = "UPDATE users SET language = %s"
    person = people.student()
    for language, expected in (("pl", "Treść żądania"), ("en", "The body is not valid JSON")):
        query(query_language, language)
        for body in (b"{oops", b"9" * 5000, b"[" * 200_000, b"\xff", b"NaN"):
            answer = me("PATCH", "/api/user/me/", body=body, headers=JSON, token=person.access)
            assert answer.status == 400
            assert answer.json["detail"].startswith(expected)


@pytest.mark.parametrize("body", [b"9" * 5000, b"[" * 200_000, b"\xff"])
def test_recorded_errors_about_the_body_do_not_mention_python_s_limits(people: People, body: bytes) -> None:
    answer = me("PATCH", "/api/user/profile/", body=body, headers=JSON, token=people.student().access)
    assert re.fullmatch(r"JSON parse error - (a|the) [a-zA-Z0-9 -]+", answer.json["detail"])


def test_recorded_endpoints_answer_as_recorded_whatever_the_language(people: People) -> None:
    person = people.student()
    query("UPDATE users SET language = 'en'")
    answer = me("PATCH", "/api/user/profile/", json_body={"first_name": []}, headers=ENGLISH, token=person.access)
    assert answer.json == {"first_name": ["Not a valid string."]}
    assert "content-language" not in answer.headers
    assert me("GET", "/api/user/profile/", headers=ENGLISH).json == {"detail": "Nie podano danych uwierzytelniających."}


def test_the_error_of_a_repeated_request_is_in_the_language_of_each_request(people: People) -> None:
    person = people.student()
    details = []
    for language in ("pl", "en"):
        query("UPDATE users SET language = %s", language)
        headers = {"idempotency-key": "one"}
        answer = booking(
            "POST",
            "/api/reservation/reservation/",
            json_body={"tutor": 2_000_000, "start_time": "2035-01-10T14:00:00+01:00", "length": 60},
            headers=headers,
            token=person.access,
        )
        details.append((answer.status, answer.json["detail"]))
    assert details == [(404, "Nie znaleziono."), (404, "Not found.")]
    assert query("SELECT count(*) FROM idempotency_keys") == [(1,)]


def test_confirmations_are_in_the_language_of_the_account(people: People) -> None:
    person = people.student()
    query("UPDATE users SET language = 'en'")
    assert notes("POST", "/api/reservation/calendar/", token=person.access).status == 201
    answer = notes("DELETE", "/api/reservation/calendar/", token=person.access)
    assert answer.json == {"detail": "The calendar's address no longer works."}


def test_unknown_paths_are_localized_except_below_recorded_ones() -> None:
    ours = booking("GET", "/api/reservation/nope/", headers=ENGLISH)
    assert (ours.status, ours.json) == (404, {"detail": "Not found."})
    assert ours.headers["content-language"] == "en"
    recorded = me("GET", "/api/user/nope/", headers=ENGLISH)
    assert (recorded.status, recorded.json) == (404, {"detail": "Nie znaleziono."})
    assert "content-language" not in recorded.headers
