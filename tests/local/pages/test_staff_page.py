"""The staff desk in a real browser."""

import json
import re
import time
from base64 import b32decode
from urllib.parse import urlsplit

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, Route, expect

from functions.second_factors.domain.totp import STEP_SECONDS, password_at
from local.demo.accounts import STUDENT
from local.stack import DATABASE_URL_FILE
from local.staff_pages import ASSETS, PAGES
from local.web_pages import FOLDER
from tests.local.pages.conftest import OpenPage
from tests.local.pages.test_accessibility import UNNAMED, painted
from tests.local.test_staff import printed_password, staff
from tests.support.account_page import PASSWORD
from tests.support.local_server import LocalServer
from tests.support.qr_codes import assert_code_has_key
from tests.support.virtual_authenticator import VirtualAuthenticator

BOSS = "desk@example.com"
GIVE_FACTOR = """
WITH owner AS (UPDATE users SET is_staff = true, second_factor_at = now() WHERE email = %s RETURNING id)
UPDATE sign_in_sessions SET second_factor_checked_at = now() WHERE user_id IN (SELECT id FROM owner)
"""


@pytest.fixture(scope="session")
def boss(server: LocalServer) -> dict[str, str]:
    """Tokens of a staff member whose session has passed a second factor."""
    registration = {"email": BOSS, "password": PASSWORD, "first_name": "Iga", "last_name": "Szefowa"}
    assert server.call("POST", "/api/user/create/", json=registration).status_code == 201
    token = server.mails(BOSS)[0]["text"].partition("token=")[2].split()[0]
    assert server.call("POST", "/api/user/confirm_user/", json={"token": token}).status_code == 200
    credentials = {"email": BOSS, "password": PASSWORD}
    tokens: dict[str, str] = server.call("POST", "/api/token/", json=credentials).json()
    with psycopg.connect((server.data / DATABASE_URL_FILE).read_text()) as db:
        db.execute(GIVE_FACTOR, (BOSS,))
    return tokens


@pytest.fixture
def desk(open_page: OpenPage, boss: dict[str, str]) -> Page:
    page = open_page("/_staff/").page
    page.evaluate("tokens => sessionStorage.setItem('tokens of staff', tokens)", json.dumps(boss))
    page.reload()
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    return page


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Desk").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def agree(page: Page, question: str, reason: str) -> None:
    dialog = page.get_by_role("dialog", name=question)
    dialog.get_by_role("button", name="Yes").click()
    expect(dialog).to_be_visible()  # without a reason, nothing happens
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Yes").click()
    expect(dialog).to_be_hidden()


def sound(page: Page) -> None:
    assert page.evaluate(UNNAMED) == []
    for scheme in ("light", "dark"):
        painted(page, scheme)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_a_report_is_read_and_decided_on_and_the_audit_trail_records_it(
    desk: Page, server: LocalServer, tutor: str, ola: str
) -> None:
    me = server.call("GET", "/api/user/me/", token=ola).json()["id"]
    report = {"person": me, "reason": "Wysyła reklamy"}
    assert server.call("POST", "/api/report/person/", token=tutor, json=report).status_code == 201
    desk.reload()
    entry = desk.get_by_role("listitem").filter(has_text="Wysyła reklamy")
    entry.get_by_role("button", name="Read").click()
    expect(entry.get_by_role("list", name="Messages")).to_be_attached()
    sound(desk)
    entry.get_by_role("button", name="Leave it as it is").click()
    agree(desk, "Leave it as it is?", "Zwykła rozmowa")
    expect(entry).to_have_count(0)
    go(desk, "Audit trail")
    expect(desk.get_by_role("listitem").first).to_contain_text("dismiss")
    expect(desk.get_by_role("listitem").first).to_contain_text("Zwykła rozmowa")


@pytest.mark.proof
def test_staff_find_people_and_sign_them_out(desk: Page, server: LocalServer, stranger: str) -> None:
    email = server.call("GET", "/api/user/me/", token=stranger).json()["email"]
    go(desk, "People")
    desk.get_by_label("Name, address or id").fill(email)
    desk.get_by_role("button", name="Search").click()
    expect(desk.get_by_text("1 in all.")).to_be_visible()
    entry = desk.locator("#entries > li")
    entry.get_by_role("button", name="See").click()
    expect(entry.get_by_text("Signed-in devices")).to_be_visible()
    sound(desk)
    for label, question in (
        ("Suspend", "Suspend this person?"),
        ("Lift the suspension", "Lift this person’s suspension?"),
    ):
        entry.get_by_role("button", name=label).click()
        agree(desk, question, "Próba")
        expect(desk.get_by_text("Done.")).to_be_visible()
    go(desk, "Audit trail")
    expect(desk.get_by_text("lift").first).to_be_visible()
    sound(desk)


@pytest.mark.proof
def test_an_announcement_is_hidden_and_shown_again(desk: Page, server: LocalServer, tutor: str) -> None:
    new = {"title": "Kurs przy biurku", "description": "Od zaraz"}
    assert server.call("POST", "/api/announcement/announcement/", token=tutor, json=new).status_code == 201
    go(desk, "Announcements")
    entry = desk.locator("#entries > li").filter(has_text="Kurs przy biurku")
    for label, question in (("Hide", "Hide it from everybody"), ("Show again", "Show it to everybody")):
        entry.get_by_role("button", name=label).click()
        agree(desk, question, "Próba")
    expect(entry.get_by_role("button", name="Hide")).to_be_visible()
    sound(desk)


@pytest.mark.proof
def test_an_issue_is_answered_and_resolved(desk: Page, server: LocalServer, ola: str) -> None:
    new = {"category": "help_request", "title": "Pomocy przy biurku", "description": "Nie działa"}
    assert server.call("POST", "/api/reporting/issue/create/", token=ola, json=new).status_code == 201
    desk.reload()
    entry = desk.locator("#entries > li").filter(has_text="Pomocy przy biurku")
    entry.get_by_role("button", name="Read and answer").click()
    entry.get_by_label("Your answer").fill("Już działa")
    sound(desk)
    entry.get_by_role("button", name="Answer", exact=True).click()
    expect(entry.get_by_text("Już działa")).to_be_visible()
    entry.get_by_role("button", name="Resolved").click()
    agree(desk, "Is it resolved?", "Kamera działa")
    expect(entry).to_have_count(0)
    go(desk, "Audit trail")
    expect(desk.get_by_role("listitem").first).to_contain_text("Kamera działa")


def answer_with(status: int, body: object) -> object:
    def answer(route: Route) -> None:
        route.fulfill(status=status, json=body)

    return answer


@pytest.mark.proof
@pytest.mark.usefixtures("ola")
def test_the_desk_tells_other_users_what_they_lack(open_page: OpenPage) -> None:
    watched = open_page("/_staff/")
    page = watched.page
    page.get_by_label("E-mail address").fill(STUDENT.email)
    page.get_by_label("Password").fill(STUDENT.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Nie masz uprawnień")
    page.route("**/api/staff/people/**", answer_with(403, {"detail": "x", "code": "second_factor_needed"}))  # type: ignore[arg-type]
    go(page, "People")
    expect(page.get_by_role("alert")).to_contain_text("This requires signing in with a second factor.")
    watched.forgive()


@pytest.mark.proof
def test_the_operator_s_link_adds_a_second_factor_with_which_staff_sign_in(
    open_page: OpenPage, server: LocalServer
) -> None:
    said = staff("add", "newcomer@example.com", DATA=str(server.data), PORT=str(urlsplit(server.url).port))
    password, link = printed_password(said), said.stdout.split()[-1]
    assert link.startswith(f"{server.url}/_staff/enrol/#")
    path = urlsplit(link)
    page = open_page(f"{path.path}#{path.fragment}").page
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("form", name="Confirm the app")).to_be_visible()
    secret = b32decode(page.get_by_label("Key", exact=True).inner_text().replace(" ", ""))
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert_code_has_key(page)
    page.get_by_label("The six digits that the app shows").fill(password_at(secret, int(time.time() // STEP_SECONDS)))
    sound(page)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="The app is active")).to_be_visible()
    recovery_code = page.locator("#codes code").first.inner_text()
    sound(page)
    watched = open_page("/_staff/")
    page = watched.page
    page.get_by_label("E-mail address").fill("newcomer@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code from your app, or a recovery code").fill(recovery_code)
    sound(page)
    page.get_by_role("button", name="Continue").click()
    go(page, "People")
    expect(page.locator("#entries > li").first).to_be_visible()
    watched.forgive()  # of the 401 response that asks for the code
    watched = open_page(f"{path.path}#{path.fragment}")
    watched.page.get_by_role("button", name="Begin").click()
    expect(watched.page.get_by_role("alert")).not_to_be_empty()
    watched.forgive()
    expect(open_page("/_staff/enrol/").page.get_by_role("button", name="Begin")).to_be_disabled()


@pytest.mark.proof
def test_the_operator_s_link_adds_a_passkey_with_which_staff_sign_in(open_page: OpenPage, server: LocalServer) -> None:
    said = staff("add", "passkey@example.com", DATA=str(server.data), PORT=str(urlsplit(server.url).port))
    password, link = printed_password(said), said.stdout.split()[-1]
    watched = open_page("/_staff/")
    page = watched.page
    authenticator = VirtualAuthenticator(page)
    page.goto(link)
    sound(page)
    page.get_by_label("Name of this device").fill("Laptop przy biurku")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="The passkey is active")).to_be_visible()
    expect(page.locator("#codes code")).to_have_count(10)
    assert [(each["isResidentCredential"], each["rpId"]) for each in authenticator.credentials] == [(True, "localhost")]
    page.goto(f"{server.url}/_staff/")
    page.get_by_label("E-mail address").fill("passkey@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Code from your app, or a recovery code")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    go(page, "People")
    page.get_by_role("button", name="Sign out", exact=True).click()
    sound(page)
    page.get_by_role("button", name="Use a passkey").click()
    go(page, "Audit trail")
    expect(page.get_by_role("listitem").first).to_contain_text("add")
    page.get_by_role("button", name="Sign out", exact=True).click()
    authenticator.refuse()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    watched.forgive()  # of the 401 response that asks for a second factor


def test_exactly_the_files_that_the_pages_load_are_served(server: LocalServer) -> None:
    texts = [(FOLDER / name).read_text() for name in (*PAGES.values(), *(each for each in ASSETS if "." in each))]
    loaded = {name for text in texts for name in re.findall(r'(?:/_staff/|from "\./)([\w.]+\.\w+)"', text)}
    assert loaded == set(ASSETS)
    for name in (*PAGES, "enrol", *ASSETS):
        answer = server.call("GET", f"/_staff/{name}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache"), name
    assert "script-src 'self'" in server.call("GET", "/_staff/").headers["content-security-policy"]
    # As on AWS, where the CloudFront function adds the slash.
    assert server.call("GET", "/_staff").content == server.call("GET", "/_staff/").content
    for name in ("chat.js", "mail.html", "staff.html", "..%2Fapp.py"):
        assert server.call("GET", f"/_staff/{name}").status_code == 404, name
