"""The start page in a real browser: what it shows, and that it loads nothing external."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from local.demo.accounts import STUDENT, TUTOR
from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import card, open_tutor, pane, say, sign_in_both

HOSTILE_NAME = '<img src=x onerror="window.hit=1">'
HOSTILE_TEXT = "<script>window.hit = 2</script><b>bold</b>"
PAGES = ("/", pytest.param("/_local/account", marks=pytest.mark.proof), "/_local/mail")
# The boxes that something sticks out of on the right.
OVERHANG = """() => [...document.querySelectorAll("article, li, details")]
    .filter((each) => each.scrollWidth > each.clientWidth && getComputedStyle(each).overflowX === "visible")
    .map((each) => each.innerText)"""
NOTHING = "No tutor matches. Try fewer or broader filters."


def hostile_tutor(server: LocalServer) -> str:
    """A confirmed tutor whose name and description are HTML; returns the last name to search for."""
    account = {"email": "hostile@prz.edu.pl", "password": "Zielona!Herbata7"}
    names = {"first_name": HOSTILE_NAME, "last_name": "Zlosliwa", "is_tutor": True}
    assert server.call("POST", "/api/user/create/", json={**account, **names}).status_code == 201
    token = server.mails(account["email"])[0]["text"].partition("token=")[2].split()[0]
    assert server.call("POST", "/api/user/confirm_user/", json={"token": token}).status_code == 200
    access = server.sign_in(**account)
    change = {"description": HOSTILE_TEXT}
    answer = server.call("PATCH", "/api/user/tutor/description/me/", token=access, json=change)
    assert answer.status_code == 200
    return names["last_name"]  # type: ignore[return-value]  # a str, among other types


def cards(page: Page) -> Any:
    return page.get_by_role("list", name="Tutors found").get_by_role("listitem").filter(has=page.get_by_role("heading"))


def found(page: Page, summary: str) -> None:
    expect(page.locator("#found")).to_have_text(summary)


def test_the_start_page_shows_what_is_running_and_where_to_go(open_page: OpenPage) -> None:
    page = open_page("/").page
    running = page.get_by_role("list", name="What is running").get_by_role("listitem")
    expect(running).to_have_text(["Server: running", "Database: running", "Redis: running"])
    links = page.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_count(5)
    for target in [link.get_attribute("href") for link in links.all()]:
        assert page.request.get(f"{page.url.rstrip('/')}{target}").status == 200


def test_the_start_page_explains_itself_and_the_first_step_and_shows_no_empty_boxes(open_page: OpenPage) -> None:
    page = open_page("/").page
    expect(page.get_by_text("Students find a tutor, book sessions and chat.")).to_be_visible()
    expect(page.get_by_text("Start here: sign in")).to_be_visible()
    for account in (STUDENT, TUTOR):
        expect(card(page, account).get_by_text(account.email)).to_be_visible()
        expect(card(page, account).get_by_text(account.password)).to_be_visible()
    for name in ("Both sides of a booking", "Live chat"):
        expect(page.get_by_role("heading", name=name)).to_be_hidden()
    page.get_by_role("button", name="Sign in as both").click()
    expect(page.get_by_text("Next: book one of Adam’s free times for Ola")).to_be_visible()
    page.get_by_role("button", name="See Adam’s free times").click()
    expect(page.get_by_role("dialog", name="Adam Zieliński")).to_be_visible()


@pytest.mark.proof
def test_a_phone_shows_both_panes_of_the_chat_at_once(open_page: OpenPage) -> None:
    page = open_page("/", viewport={"width": 390, "height": 844}).page
    sign_in_both(page)
    # Scrolling by whole pixels can hide a fraction of one, so allow a pixel at the top.
    page.locator("#panes").evaluate("panes => (panes.scrollIntoView({ block: 'start' }), scrollBy(0, -1))")
    for account in (STUDENT, TUTOR):
        expect(pane(page, account)).to_be_in_viewport(ratio=1)


def test_search_finds_names_without_accents_by_skill_and_by_price(open_page: OpenPage) -> None:
    page = open_page("/").page
    found(page, "The best 6. There are more.")
    page.get_by_label("Name").fill("zielinski adam")
    found(page, "One tutor.")
    expect(cards(page)).to_contain_text("Adam Zieliński")
    expect(cards(page)).to_contain_text("90 zł an hour")
    page.get_by_label("Skill", exact=True).select_option("Fizyka")
    found(page, "One tutor.")
    page.get_by_label("Highest price").fill("89")
    found(page, NOTHING)
    page.get_by_label("Highest price").fill("90")
    found(page, "One tutor.")


@pytest.mark.proof
def test_search_finds_tutors_by_place_and_by_free_time(open_page: OpenPage) -> None:
    page = open_page("/").page
    page.get_by_label("Place").fill("rzeszow")
    expect(cards(page).filter(has_not_text="Rzeszów")).to_have_count(0)
    page.get_by_label("Name").fill("zielinski adam")
    found(page, "One tutor.")
    with page.expect_request("**/tutor/search/?**free_from**") as asked:
        page.get_by_label("Hours of the day").select_option("06:00-12:00")
    for part in ("free_from=06%3A00", "free_to=12%3A00", "free_tz="):
        assert part in asked.value.url
    with page.expect_request("**/tutor/search/?**free_within=3**"):
        page.get_by_label("Free", exact=True).select_option("3")
    page.get_by_label("Place").fill("nowhere at all")
    found(page, NOTHING)


@pytest.mark.proof
def test_search_can_show_more_while_there_are_more(open_page: OpenPage) -> None:
    page = open_page("/").page
    found(page, "The best 6. There are more.")
    page.get_by_role("button", name="Show more").click()
    found(page, "The best 12. There are more.")
    names = cards(page).get_by_role("heading").all_inner_texts()
    assert len(set(names)) == 12
    page.get_by_label("Skill", exact=True).select_option("Muzyka")
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    assert all("Muzyka" in card for card in cards(page).all_inner_texts())


def test_names_and_descriptions_are_shown_as_plain_text(open_page: OpenPage, server: LocalServer) -> None:
    last_name = hostile_tutor(server)
    page = open_page("/").page
    page.get_by_label("Name").fill(last_name)
    found(page, "One tutor.")
    expect(cards(page).get_by_role("heading")).to_have_text(f"{HOSTILE_NAME} {last_name}")
    expect(cards(page)).to_contain_text(HOSTILE_TEXT)
    dialog = open_tutor(page, f"{HOSTILE_NAME} {last_name}")
    expect(dialog).to_contain_text(HOSTILE_TEXT)
    assert page.locator("img[src=x], main script, dialog script, main b, dialog b").count() == 0
    assert page.evaluate("window.hit") is None


@pytest.mark.proof
def test_without_demo_data_the_page_explains_how_to_get_it_and_links_the_configured_inbox(
    open_page: OpenPage, start_server: Callable[..., LocalServer]
) -> None:
    server = start_server(MAIL_URL="smtp://127.0.0.1:1025", MAIL_PAGE="http://localhost:8025", DEMO="0")
    page = open_page("/", on=server).page
    expect(page.get_by_role("heading", name="Demo data is off")).to_be_visible()
    expect(page.get_by_text("make run", exact=True)).to_be_visible()
    for name in ("Live chat", "Both sides of a booking"):
        expect(page.get_by_role("heading", name=name)).to_be_hidden()
    expect(page.get_by_role("button", name="Sign in as both")).to_be_hidden()
    found(page, NOTHING)
    expect(page.get_by_role("link", name="Mail inbox")).to_have_attribute("href", "http://localhost:8025")
    assert "http://localhost:8025\n" in server.output
    assert server.call("GET", "/_local/mail").status_code == 404


@pytest.mark.parametrize("path", ["/_local/mail", "/_local/account"])
def test_a_page_is_found_with_and_without_a_trailing_slash(server: LocalServer, path: str) -> None:
    pages = [server.call("GET", form) for form in (path, f"{path}/")]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content


@pytest.mark.parametrize("path", PAGES)
def test_the_content_security_policy_allows_nothing_external_or_inline(server: LocalServer, path: str) -> None:
    policy = server.call("GET", path).headers["content-security-policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    sources = {name: value for name, value in directives.items() if name.endswith("-src")}
    assert sources["default-src"] == "'none'"
    # A blob is a picture that the page itself creates.
    assert sources.pop("img-src") == "'self' blob:"
    assert set(sources.values()) <= {"'self'", "'none'"}
    assert directives["base-uri"] == directives["form-action"] == directives["frame-ancestors"] == "'none'"
    html = server.call("GET", path).text
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count('<script type="module" src="/_local/pages/')


@pytest.mark.parametrize("path", PAGES)
def test_the_browser_enforces_the_content_security_policy(open_page: OpenPage, path: str) -> None:
    watched = open_page(path)
    blocked = watched.page.evaluate("""async () => {
        const blocked = [];
        addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
        const add = (name, attributes) => document.head.append(Object.assign(document.createElement(name), attributes));
        try { add("script", { textContent: "window.ran = true" }); } catch { blocked.push("trusted types"); }
        add("style", { textContent: "body { color: red }" });
        new Image().src = "https://elsewhere.example/pixel.png";
        await fetch("https://elsewhere.example/").catch(() => {});
        await new Promise((resume) => setTimeout(resume));
        return blocked;
    }""")
    assert {"style-src-elem", "img-src", "connect-src"} <= set(blocked)
    assert watched.page.evaluate("window.ran") is None
    watched.forgive()


@pytest.mark.parametrize("path", [*PAGES, "/api/sockets/docs/"])
@pytest.mark.parametrize("width", [320, *(pytest.param(each, marks=pytest.mark.proof) for each in (390, 768))])
def test_a_narrow_screen_needs_no_horizontal_scrolling(
    open_page: OpenPage, server: LocalServer, path: str, width: int
) -> None:
    page = open_page(path, viewport={"width": width, "height": 740}).page
    if path == "/":
        expect(card(page, STUDENT).get_by_text("Signed out")).to_be_visible()
        assert page.evaluate(OVERHANG) == []
        student, tutor = sign_in_both(page)
        say(student, "w" * 300)
        expect(tutor.locator(".theirs").last).to_contain_text("w" * 300)
        found(page, "The best 6. There are more.")
    elif path == "/_local/mail":
        address = f"{'long' * 12}-{width}@example.com"
        server.call("POST", "/api/user/create/", json={"email": address, "password": "Zielona!Herbata7"})
        page.get_by_label("Only mails to").fill(address)
        expect(page.get_by_role("heading", name="Potwierdzenie adresu email")).to_be_visible()
    elif path == "/api/sockets/docs/":
        expect(page.get_by_text("chat_message").first).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(OVERHANG) == []
