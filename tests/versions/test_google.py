"""Signing in with Google from the newer frontend (docs/contract-newer.md, section 2)."""

from collections.abc import Iterator

import pytest

from functions.sign_in.provider import forget_provider
from tests.conftest import read_settings_again
from tests.support.browser import Answer, Browser, EntryPoint
from tests.support.openid_provider import CLIENT, REDIRECT, SECRET, Key, OpenIdProvider, rsa_key, serve
from tests.support.people import PASSWORD, People, query

PATH = "o/google-oauth2/"


@pytest.fixture(scope="module")
def key() -> Key:
    return rsa_key()


@pytest.fixture
def provider(entry: EntryPoint, key: Key, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdProvider]:
    found = OpenIdProvider({"first": key})
    server = serve(found)
    settings = {"ISSUER": found.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "REDIRECT_URIS": REDIRECT}
    for name, value in settings.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    read_settings_again()
    forget_provider()
    yield found
    server.shutdown()
    server.server_close()
    forget_provider()


def begin(browser: Browser) -> str:
    answer = browser("GET", f"{PATH}?redirect_uri={REDIRECT}")
    assert (answer.status, list(answer.json)) == (200, ["authorization_url"])
    [kept] = answer.cookies
    assert kept.startswith("oidc_binding=")
    assert "; HttpOnly; Max-Age=600; Path=/; SameSite=Lax" in kept
    return str(answer.json["authorization_url"])


def complete(browser: Browser, state: str, code: str, **more: str) -> Answer:
    return browser("POST", f"{PATH}?state={state}&code={code}", headers={"content-type": "application/json", **more})


def test_a_browser_signs_in_with_google(browser: Browser, provider: OpenIdProvider) -> None:
    answer = complete(browser, *provider.give_code(begin(browser)))
    assert (answer.status, answer.json["user"]) == (201, "ola@example.com")
    assert sorted(browser.cookies) == ["access", "refresh"]
    assert browser("GET", "user/profile/").json["email"] == "ola@example.com"


def test_without_a_provider_the_endpoints_do_not_exist(browser: Browser) -> None:
    for answer in (browser("GET", f"{PATH}?redirect_uri={REDIRECT}"), complete(browser, "x", "x")):
        assert (answer.status, answer.cookies) == (404, [])


def test_another_provider_is_unknown(browser: Browser, provider: OpenIdProvider) -> None:
    for method in ("GET", "POST"):
        assert browser(method, f"o/facebook/?redirect_uri={REDIRECT}").status == 404


@pytest.mark.parametrize("sent", ["", "?redirect_uri=", "?redirect_uri=https://evil.example/"])
def test_an_unlisted_redirect_uri_is_refused_with_a_text(browser: Browser, provider: OpenIdProvider, sent: str) -> None:
    answer = browser("GET", PATH + sent)
    assert (answer.status, type(answer.json), answer.cookies) == (400, str, [])


def test_an_account_is_linked_by_the_next_sign_in_with_its_password(
    browser: Browser, provider: OpenIdProvider, people: People
) -> None:
    ola = people.student()
    refused = complete(browser, *provider.give_code(begin(browser), email=ola.email))
    assert (refused.status, list(refused.json)) == (400, ["non_field_errors"])
    assert "access" not in browser.cookies
    browser.sign_in(ola.email, PASSWORD)
    assert "oidc_link" not in browser.cookies
    again = complete(browser, *provider.give_code(begin(browser), email=ola.email))
    assert (again.status, again.json["user"]) == (201, ola.email)


def test_the_owner_lists_and_removes_linked_identities(browser: Browser, provider: OpenIdProvider) -> None:
    complete(browser, *provider.give_code(begin(browser)))
    [found] = browser("GET", "token/identities/").json["results"]
    assert (found["issuer"], found["subject"]) == (provider.issuer, "1234")
    assert browser("DELETE", f"token/identities/{found['id']}/").status == 200
    assert complete(browser, *provider.give_code(begin(browser))).status == 400


@pytest.mark.parametrize("state", ["", "x", "x" * 201])
def test_an_unknown_state_is_refused(browser: Browser, provider: OpenIdProvider, state: str) -> None:
    begin(browser)
    answer = complete(browser, state, "x")
    assert (answer.status, list(answer.json), answer.cookies) == (400, ["non_field_errors"], [])


def test_additional_parameters_from_google_are_ignored(browser: Browser, provider: OpenIdProvider) -> None:
    state, code = provider.give_code(begin(browser))
    more = f"iss={provider.issuer}&scope=email+openid&authuser=0&prompt=none&hd=prz.edu.pl"
    json_type = {"content-type": "application/json"}
    assert browser("POST", f"{PATH}?state={state}&code={code}&{more}", headers=json_type).status == 201


def test_declining_at_google_does_not_sign_in(browser: Browser, provider: OpenIdProvider) -> None:
    state, code = provider.give_code(begin(browser))
    json_type = {"content-type": "application/json"}
    refused = browser("POST", f"{PATH}?error=access_denied&state={state}", headers=json_type)
    assert (refused.status, list(refused.json), refused.cookies) == (400, ["non_field_errors"], [])
    assert complete(browser, state, code).status == 400, "that sign-in has ended"


def test_of_two_sign_ins_begun_in_one_browser_the_later_counts(browser: Browser, provider: OpenIdProvider) -> None:
    first, second = (provider.give_code(begin(browser)) for _ in range(2))
    assert complete(browser, first[0], second[1]).status == 400
    assert complete(browser, *first).status == 400
    assert complete(browser, *second).status == 201
    assert complete(browser, *second).status == 400


def test_the_state_and_code_of_another_browser_are_refused(
    entry: EntryPoint, browser: Browser, provider: OpenIdProvider
) -> None:
    """Otherwise a stranger could sign somebody else in to the stranger's account."""
    theirs = provider.give_code(begin(Browser(entry)))
    assert complete(browser, *theirs).status == 400
    begin(browser)
    assert complete(browser, *theirs).status == 400
    assert query("SELECT count(*) FROM users") == [(0,)]


@pytest.mark.parametrize(
    ("origin", "site"),
    [("https://evil.example", "cross-site"), ("null", "cross-site"), ("", "cross-site"), ("", "same-site")],
)
def test_another_site_can_neither_begin_nor_complete_a_sign_in(
    entry: EntryPoint, browser: Browser, provider: OpenIdProvider, origin: str, site: str
) -> None:
    answer = provider.give_code(begin(browser))
    forged = Browser(entry, origin=origin, site=site)
    forged.cookies = browser.cookies
    assert complete(forged, *answer).status == 403
    begun = forged("GET", f"{PATH}?redirect_uri={REDIRECT}")
    assert (begun.status, begun.cookies) == (403, [])
    assert complete(browser, *answer).status == 201
