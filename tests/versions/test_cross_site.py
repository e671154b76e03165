"""Requests from other sites with a user's cookies, and the headers that tell browsers who may read responses."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from tests.support.browser import FRONT, Answer, Browser, EntryPoint
from tests.support.people import PASSWORD, People, Person, query

SignedIn = Callable[[Person], Browser]
FORM, MULTIPART, TEXT = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain"
FOREIGN = (
    "https://evil.example",
    "http://localhost:3001",
    "http://localhost",
    "null",
    "*",
    "",
    f"{FRONT}.evil.example",
)
# Every request that changes something, once; each would be executed for the owner of the cookie.
CHANGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "token/", {"email": "student1@example.com", "password": PASSWORD}),
    ("POST", "token/refresh/", {}),
    ("POST", "token/logout/", {}),
    ("PATCH", "user/profile/", {"first_name": "Zła", "last_name": "Nazwa"}),
    ("PATCH", "user/profile_image/", {}),
    ("DELETE", "user/delete/", {}),
    ("PATCH", "user/tutor/me/", {"price": 1}),
    ("POST", "reservation/reservation/", {"schedule_item": 1}),
    ("PATCH", "notification/is_read/1/", {"is_read": True}),
    ("POST", "chat/conversation/", {"users": []}),
)


def forged() -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    """Requests as a page of another site makes a browser send them, with and without the headers of newer browsers."""
    for (method, path, _), origin, site in product(CHANGES, FOREIGN, ("cross-site", "same-site", "none", "")):
        for kind, body in ((FORM, b"a=b"), (MULTIPART, b"--b--"), (TEXT, b"{}"), (FORM, b""), ("", b"")):
            headers = {"origin": origin} if origin else {}
            headers |= {"sec-fetch-site": site} if site else {}
            headers |= {"content-type": kind} if kind else {}
            # Neither an origin nor a type, and no body, which no form sends.
            if origin or site or kind:
                yield method, path, headers, body


def test_no_cross_site_request_is_executed(entry: EntryPoint, signed_in: SignedIn, people: People) -> None:
    cookies = signed_in(people.student()).cookies
    sent = list(forged())
    assert len(sent) > 1_000
    accepted = []
    for method, path, headers, body in sent[:: len(sent) // 150]:
        browser = Browser(entry, origin="", site="")
        browser.cookies = dict(cookies)
        answer = browser(method, path, body=body, headers=headers)
        if (answer.status, answer.cookies) != (403, []) or answer.json["code"] != "cross_site_request":
            accepted.append((method, path, headers))
    assert accepted == []
    assert query("SELECT first_name FROM users") == [("Ola",)]
    assert query("SELECT count(*) FROM sign_in_sessions") == [(1,)]


@pytest.mark.parametrize(("origin", "site"), [(FRONT, "cross-site"), (FRONT, ""), ("own", "same-origin"), ("", "")])
def test_the_frontend_and_programs_may_make_changes(
    entry: EntryPoint, signed_in: SignedIn, people: People, origin: str, site: str
) -> None:
    browser = signed_in(people.student())
    browser.origin, browser.site = entry.own if origin == "own" else origin, site
    answer = browser("PATCH", "user/profile/", {"first_name": "Ala", "last_name": "Nowak"})
    assert (answer.status, answer.json["first_name"]) == (200, "Ala")
    assert browser("POST", "token/refresh/").status == 200


def test_a_request_with_an_authorization_header_needs_no_origin(entry: EntryPoint, people: People) -> None:
    browser = Browser(entry, origin="https://tools.example", site="cross-site")
    bearer = {"authorization": f"Bearer {people.student().access}"}
    assert browser("PATCH", "user/profile/", {"first_name": "Ala", "last_name": "B"}, headers=bearer).status == 200


def test_another_site_cannot_find_out_who_is_signed_in(entry: EntryPoint, signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    for origin, site in (("https://evil.example", "cross-site"), ("", "cross-site"), ("", "same-site")):
        browser.origin, browser.site = origin, site
        assert browser("GET", "user/profile/").status == 401
    browser.origin, browser.site = "", "same-origin"
    assert browser("GET", "user/profile/").status == 200


def granted(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "user/tutor/skills/", 200),
        ("GET", "user/profile/", 401),
        ("GET", "nowhere/", 404),
        ("PUT", "token/verify/", 405),
        ("OPTIONS", "user/tutor/skills/", 200),
    ],
)
def test_the_frontend_can_read_every_response_with_credentials(
    entry: EntryPoint, method: str, path: str, status: int, people: People
) -> None:
    answer = Browser(entry)(method, path)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == FRONT
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"
    other = Browser(entry, origin="https://evil.example")(method, path)
    assert (granted(other), other.headers["vary"]) == ({}, "Origin")


def test_the_frontend_can_read_server_errors_too(
    entry: EntryPoint, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr("functions.tutors.data.queries.list_skills", fail)
    answer = Browser(entry)("GET", "user/tutor/skills/")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (500, FRONT)
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_preflights_name_methods_and_headers(entry: EntryPoint) -> None:
    asked = {"access-control-request-method": "PATCH", "access-control-request-headers": "content-type"}
    answer = Browser(entry)("OPTIONS", "user/profile/", headers=asked)
    assert (answer.status, answer.body) == (200, b"")
    headers = granted(answer)
    assert headers["access-control-allow-origin"] == FRONT
    assert headers["access-control-allow-methods"] == "DELETE, GET, OPTIONS, PATCH, POST, PUT"
    assert "content-type" in headers["access-control-allow-headers"].split(", ")
    assert headers["access-control-max-age"] == "86400"
    other = granted(Browser(entry, origin="https://evil.example")("OPTIONS", "user/profile/", headers=asked))
    assert "access-control-allow-origin" not in other


def test_the_recorded_api_allows_every_origin_and_ignores_cookies(signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    answer = browser("GET", "/api/user/profile/")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, "*")
    assert "access-control-allow-credentials" not in answer.headers


def test_an_unknown_version_is_not_found(entry: EntryPoint) -> None:
    for number in ("1", "3", "0", "9999"):
        answer = Browser(entry)("GET", f"/v{number}/api/user/tutor/skills/")
        assert (answer.status, answer.json["code"]) == (404, "unknown_version")
