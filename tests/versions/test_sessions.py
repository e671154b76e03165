"""Signing in by cookies, staying signed in and signing out (docs/contract-newer.md, section 2)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.kit.security.tokens import Claims, issue
from tests.support.authenticator import Authenticator
from tests.support.browser import FRONT, Browser, EntryPoint
from tests.support.people import PASSWORD, People, Person, query
from tests.support.second_factors import secure, ticket_for

SignedIn = Callable[[Person], Browser]
NOT_SIGNED_IN = {"detail": "Nie podano danych uwierzytelniających."}
ACCESS, REFRESH = "HttpOnly; Max-Age=3600; Path=/; ", "HttpOnly; Max-Age=604800; Path=/; "


def test_signing_in_sets_both_cookies_and_returns_both_tokens(browser: Browser, people: People) -> None:
    student = people.student()
    answer = browser("POST", "token/", {"email": student.email, "password": PASSWORD})
    assert (answer.status, list(answer.json)) == (200, ["refresh", "access"])
    same_site = "SameSite=Lax; Secure" if browser.entry.own.startswith("https:") else "SameSite=Lax"
    assert answer.cookies == [
        f"access={answer.json['access']}; {ACCESS}{same_site}",
        f"refresh={answer.json['refresh']}; {REFRESH}{same_site}",
    ]
    assert browser("GET", "user/profile/").json["id"] == str(student.id)


def test_a_frontend_on_another_site_gets_cross_site_cookies(
    entry: EntryPoint, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = people.student()
    for site in ("cross-site", ""):
        browser = Browser(entry, origin=FRONT if entry.own.startswith("https:") else "http://other.example", site=site)
        monkeypatch.setattr("shared.versions.origins.is_trusted", lambda *_: True)
        answer = browser.sign_in(student.email, PASSWORD)
        assert all(each.endswith("Path=/; SameSite=None; Secure") for each in answer.cookies)
        assert all(
            each.endswith("Max-Age=0; Path=/; SameSite=None; Secure")
            for each in browser("POST", "token/logout/").cookies
        )


def test_with_a_second_factor_its_code_sets_the_cookies(browser: Browser, people: People) -> None:
    ola = secure(people.student())
    password = {"email": ola.person.email, "password": PASSWORD}
    answer = browser("POST", "token/", password)
    assert (answer.status, answer.json["code"], answer.cookies) == (401, "second_factor_required", [])
    body = {"ticket": answer.json["ticket"], "code": ola.wrong_code}
    refused = browser("POST", "token/second_factor/", body)
    assert (refused.status, refused.json["code"], refused.cookies) == (401, "wrong_code", [])
    given = browser("POST", "token/second_factor/", body | {"code": ola.code()})
    assert (given.status, [each.split("=")[0] for each in given.cookies]) == (200, ["access", "refresh"])
    assert browser("GET", "user/profile/").json["id"] == str(ola.person.id)
    query("DELETE FROM mail_outbox")
    again = {"ticket": browser("POST", "token/", password).json["ticket"], "code": ola.recovery_codes[0]}
    assert browser("POST", "token/second_factor/", again).status == 200
    assert query("SELECT kind FROM mail_outbox") == [("recovery_code_used",)], "the cookie identifies the browser"
    assert browser("GET", "user/second_factors/").json["recovery_codes_left"] == 9


def test_a_passkey_alone_sets_the_cookies_too(signed_in: SignedIn, people: People) -> None:
    ola = people.student()
    owner = signed_in(ola)
    phone, own = Authenticator(owner.entry.own), "user/second_factors/passkeys/"
    made = {"name": "Telefon", "passkey": phone.create(owner("POST", own, {}).json)}
    assert len(owner("POST", f"{own}confirm/", made).json["recovery_codes"]) == 10
    browser = Browser(owner.entry)
    options = browser("POST", "token/passkey/begin/").json
    refused = browser("POST", "token/passkey/", {"passkey": {}})
    assert (refused.status, refused.json["code"], refused.cookies) == (401, "wrong_passkey", [])
    given = browser("POST", "token/passkey/", {"passkey": phone.get(options)})
    assert (given.status, [each.split("=")[0] for each in given.cookies]) == (200, ["access", "refresh"])
    assert browser("GET", "user/profile/").json["id"] == str(ola.id)


def test_another_site_cannot_submit_a_second_factor(entry: EntryPoint, people: People) -> None:
    ola = secure(people.student())
    other = Browser(entry, origin="https://evil.example", site="cross-site")
    answer = other("POST", "token/second_factor/", {"ticket": ticket_for(ola), "code": ola.code()})
    assert (answer.status, answer.json["code"]) == (403, "cross_site_request")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "nobody@example.com", "password": "x"}, 401),
        ({"email": "new@example.com", "password": PASSWORD}, 400),
        ({"email": "nobody@example.com"}, 400),
        ([], 400),
    ],
)
def test_a_failed_sign_in_sets_no_cookie(browser: Browser, people: People, body: object, status: int) -> None:
    people.student(email="new@example.com", confirmed_at=None)
    answer = browser("POST", "token/", body)
    assert (answer.status, answer.cookies) == (status, [])


def test_a_browser_with_a_cookie_is_signed_in(signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    assert (browser("POST", "token/verify/").status, browser("POST", "token/verify/").json) == (200, {})


def test_a_browser_without_a_cookie_is_told_to_refresh(browser: Browser, people: People) -> None:
    assert (browser("POST", "token/verify/").status, browser("POST", "token/verify/").json) == (401, NOT_SIGNED_IN)
    assert browser("POST", "token/refresh/").status == 401
    student, missing = people.student(), ["To pole jest wymagane."]
    for path, name, token in (("verify", "token", student.access), ("refresh", "refresh", student.refresh)):
        answer = browser("POST", f"token/{path}/", {})
        assert (answer.status, answer.json, answer.cookies) == (400, {name: missing}, [])
        assert browser("POST", f"token/{path}/", {name: "junk"}).status == 401
        assert browser("POST", f"token/{path}/", {name: token}).status == 200


def test_an_expired_access_cookie_can_be_refreshed(signed_in: SignedIn, people: People) -> None:
    student = people.student()
    browser = signed_in(student)
    past = datetime.now(UTC) - timedelta(seconds=5)
    browser.cookies["access"] = issue(Claims("access", student.id, student.session_id, past))
    assert browser("POST", "token/verify/").json["code"] == "token_not_valid"
    answer = browser("GET", "user/profile/")
    assert (answer.status, answer.json) == (401, NOT_SIGNED_IN)
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    answer = browser("POST", "token/refresh/")
    assert (answer.status, list(answer.json)) == (200, ["access"])
    assert [each.partition("=")[0] for each in answer.cookies] == ["access"]
    assert browser("GET", "user/profile/").status == 200


def test_the_cookie_takes_precedence_over_the_body(signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    assert browser("POST", "token/verify/", {"token": "junk"}).status == 200
    assert browser("POST", "token/refresh/", {"refresh": "junk"}).status == 200
    browser.cookies["refresh"] = browser.cookies["access"]
    assert browser("POST", "token/refresh/").json["detail"] == "Token posiada zły typ"


def test_an_invalid_header_is_refused_despite_a_valid_cookie(signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    for header in ("Bearer junk", "Bearer", "Basic x"):
        answer = browser("GET", "user/profile/", headers={"authorization": header})
        assert (answer.status, answer.json) == (401, NOT_SIGNED_IN)


def test_a_header_needs_no_cookie(browser: Browser, people: People) -> None:
    student = people.student()
    answer = browser("GET", "user/profile/", headers={"authorization": f"Bearer {student.access}"})
    assert answer.json["id"] == str(student.id)


def test_cookies_of_other_programs_on_this_host_are_ignored(signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    browser.cookies = {"theme": "a=b==; x", "": "", "q": '"quoted"', **browser.cookies}
    assert browser("GET", "user/profile/").status == 200


def test_signing_out_ends_the_session_and_deletes_the_cookies(signed_in: SignedIn, people: People) -> None:
    student = people.student()
    browser = signed_in(student)
    answer = browser("POST", "token/logout/")
    assert (answer.status, answer.body) == (204, b"")
    assert [each.partition(";")[0] for each in answer.cookies] == ["access=", "refresh="]
    assert all("; HttpOnly; Max-Age=0; Path=/; SameSite=Lax" in each for each in answer.cookies)
    assert browser.cookies == {}
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]
    again = signed_in(student)
    assert (again("POST", "token/verify/").status, again("POST", "token/refresh/").status) == (401, 401)


def test_the_refresh_cookie_alone_is_enough_to_end_the_session(signed_in: SignedIn, people: People) -> None:
    browser = signed_in(people.student())
    del browser.cookies["access"]
    assert browser("POST", "token/logout/").status == 204
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]


def test_signing_out_always_succeeds(browser: Browser) -> None:
    assert browser("POST", "token/logout/").status == 204
    browser.cookies = {"access": "junk", "refresh": "junk"}
    assert browser("POST", "token/logout/").status == 204
    assert browser("GET", "token/logout/").status == 405


def test_a_returning_browser_is_a_known_device(browser: Browser, people: People) -> None:
    student = people.student()
    browser.sign_in(student.email, PASSWORD)
    browser.sign_in(student.email, PASSWORD)
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'new_device'") == [(0,)]
    Browser(browser.entry).sign_in(student.email, PASSWORD)
    assert query("SELECT count(*) FROM mail_outbox WHERE kind = 'new_device'") == [(1,)]
