"""The staff desk in a real browser."""

import json
import re
from collections.abc import Iterator

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, Route, expect

from local.demo.accounts import STUDENT
from local.stack import DATABASE_URL_FILE
from local.staff_pages import ASSETS, PAGES
from local.web_pages import FOLDER
from tests.local.pages.conftest import OpenPage
from tests.local.pages.test_accessibility import UNNAMED, painted
from tests.support.account_page import PASSWORD
from tests.support.local_server import LocalServer
from tests.support.start_page import tutor_id

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


def with_a_file_alone(route: Route) -> None:
    """The report, with one more message, which has no text."""
    report = route.fetch().json()
    message = {"seq": 0, "id": report["person"]["id"], "author": report["person"]["id"], "body": "", "deleted": False}
    report["messages"].append({**message, "created_at": report["created_at"]})
    route.fulfill(json=report)


def test_a_report_is_read_and_decided_on_and_the_audit_trail_records_it(
    desk: Page, server: LocalServer, tutor: str, ola: str
) -> None:
    me = server.call("GET", "/api/user/me/", token=ola).json()["id"]
    report = {"person": me, "reason": "Wysyła reklamy"}
    assert server.call("POST", "/api/report/person/", token=tutor, json=report).status_code == 201
    desk.reload()
    entry = desk.get_by_role("listitem").filter(has_text="Wysyła reklamy")
    desk.route("**/api/staff/reports/*/", with_a_file_alone)
    entry.get_by_role("button", name="Read").click()
    expect(entry.get_by_role("list", name="Messages").get_by_role("listitem").last).to_contain_text("(no text)")
    sound(desk)
    expect(entry.get_by_role("heading", name="Person: Ola Wiśniewska")).to_be_visible()
    entry.get_by_role("button", name="Leave it as it is").click()
    agree(desk, "Leave it as it is?", "Zwykła rozmowa")
    expect(entry).to_have_count(0)
    desk.get_by_label("State").select_option("Decided")
    expect(entry).to_contain_text("Left as it was,")
    entry.get_by_role("button", name="Read").click()
    expect(entry).to_contain_text("Decided by Iga Szefowa")
    expect(entry).to_contain_text("Zwykła rozmowa")
    go(desk, "Audit trail")
    expect(desk.get_by_role("listitem").first).to_contain_text("dismiss")
    expect(desk.get_by_role("listitem").first).to_contain_text("Zwykła rozmowa")


@pytest.fixture
def reported_review(server: LocalServer, tutor: str, stranger: str) -> Iterator[str]:
    """The text of a review that its tutor has reported; it is deleted after the test."""
    rating = f"/api/user/rate_tutor/{tutor_id(server)}/"
    review = {"rating": 1, "review": "Nigdy nie przychodzi"}
    assert server.call("POST", rating, token=stranger, json=review).status_code == 201
    reviews = server.call("GET", f"/api/user/tutor/reviews/{tutor_id(server)}/", token=tutor).json()["results"]
    [number] = [each["id"] for each in reviews if each["review"] == review["review"]]
    path = f"/api/user/tutor/reviews/{number}/report/"
    assert server.call("POST", path, token=tutor, json={"reason": "Nieprawda"}).status_code == 201
    yield str(review["review"])
    server.call("DELETE", rating, token=stranger)


def test_a_reported_review_is_read_before_it_is_hidden_and_can_be_shown_again(desk: Page, reported_review: str) -> None:
    desk.get_by_label("About").select_option("Reviews")
    entry = desk.locator("#entries > li").filter(has_text="Nieprawda")
    entry.get_by_role("button", name="Read").click()
    expect(entry).to_contain_text("1 of 5 for tutor")
    expect(entry).to_contain_text(reported_review)
    sound(desk)
    entry.get_by_role("button", name="Hide the review").click()
    agree(desk, "Hide the review?", "Pomówienie")
    expect(entry).to_have_count(0)
    go(desk, "Hidden reviews")
    hidden = desk.locator("#entries > li").filter(has_text=reported_review)
    expect(hidden).to_contain_text("Hidden by Iga Szefowa")
    desk.set_viewport_size({"width": 320, "height": 740})
    assert desk.evaluate("document.documentElement.scrollWidth") == 320
    sound(desk)
    hidden.get_by_role("button", name="Show again").click()
    agree(desk, "Show the review to everybody again?", "Pomyłka")
    expect(hidden).to_have_count(0)


@pytest.mark.proof
def test_staff_find_people_and_sign_them_out(desk: Page, email: str) -> None:
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
