"""The inbox page in a real browser."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect

from functions.mail.transports import transport
from tests.local.pages.conftest import OpenPage
from tests.support.account_page import PASSWORD
from tests.support.local_server import LocalServer

FRONT_HOST = "http://localhost:5173"
HOSTILE = """<!doctype html><p id="text">before</p><img src="https://elsewhere.example/pixel.png">
<script>document.getElementById("text").textContent = "changed"; parent.document.title = "changed"</script>
<form action="https://elsewhere.example/"><button>Send</button></form>"""


def register(server: LocalServer, email: str) -> None:
    registration = {"email": email, "password": PASSWORD, "first_name": "Łucja"}
    assert server.call("POST", "/api/user/create/", json=registration).status_code == 201
    server.mails(email)


def put_mail(server: LocalServer, to: str, html: str, subject: str = "Hello") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@example.com", to
    message["Date"] = "Mon, 01 Mar 2027 09:05:00 +0000"
    message.set_content("plain")
    message.add_alternative(html, subtype="html")
    transport(f"file://{server.data / 'mail'}")(message)


def listed(page: Page) -> Locator:
    return page.get_by_role("region", name="Mails").get_by_role("listitem")


def as_html(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[aria-labelledby=html-title]")


def filtered(page: Page, address: str) -> None:
    page.get_by_label("Only mails to").fill(address)


def test_the_mail_of_a_registration_is_shown_and_its_link_confirms_the_account(
    open_page: OpenPage, server: LocalServer
) -> None:
    register(server, "lucja@example.com")
    page = open_page("/_local/mail").page
    filtered(page, "lucja@example.com")
    expect(page.get_by_role("heading", name="Potwierdzenie adresu email")).to_be_visible()
    expect(page.get_by_text("Cześć Łucja,", exact=False)).to_be_visible()
    expect(as_html(page).get_by_text("Cześć Łucja,")).to_be_visible()

    # The frontend does not exist here, so the browser itself responds for its host.
    def be_front_host(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<h1>Frontend</h1><script>document.title = 'runs'</script>")

    page.context.route(f"{FRONT_HOST}/**", be_front_host)
    with page.context.expect_page() as opened:
        as_html(page).get_by_role("link", name="Potwierdź adres e-mail").click()
    front = opened.value
    front.wait_for_load_state()
    # The new tab is not sandboxed, and the inbox stays where it was.
    assert front.title() == "runs"
    assert page.url.startswith(server.url)
    address, _, token = front.url.partition("?token=")
    assert address == f"{FRONT_HOST}/account/confirm-email/"
    assert server.call("POST", "/api/user/confirm_user/", json={"token": token}).status_code == 200
    assert server.sign_in("lucja@example.com", PASSWORD)


def test_the_newest_mail_is_first_and_new_ones_appear_automatically(open_page: OpenPage, server: LocalServer) -> None:
    put_mail(server, "order@example.com", "<p>one", "First")
    put_mail(server, "order@example.com", "<p>two", "Second")
    page = open_page("/_local/mail#order@example.com", timezone_id="Europe/Warsaw").page
    about = "order@example.comMon 1 March, 10:05"
    expect(listed(page)).to_have_text([f"Second{about}", f"First{about}"])
    expect(as_html(page).get_by_text("two")).to_be_visible()
    listed(page).last.get_by_role("button").click()
    expect(as_html(page).get_by_text("one")).to_be_visible()
    put_mail(server, "order@example.com", "<p>three", "Third")
    expect(listed(page)).to_have_count(3)
    expect(listed(page).first).to_contain_text("Third")
    # The mail being read stays open.
    expect(as_html(page).get_by_text("one")).to_be_visible()
    expect(page.get_by_role("button", name="First")).to_have_attribute("aria-current", "true")


def test_only_mails_to_the_address_in_the_filter_are_listed(open_page: OpenPage, server: LocalServer) -> None:
    put_mail(server, "this@example.com", "<p>this")
    put_mail(server, "that@example.com", "<p>that")
    page = open_page("/_local/mail").page
    filtered(page, "THIS@example")
    expect(listed(page)).to_have_count(1)
    expect(as_html(page).get_by_text("this")).to_be_visible()
    filtered(page, "nobody@example.com")
    expect(page.get_by_text("No mail to this address.")).to_be_visible()
    expect(page.get_by_role("heading", name="As HTML")).to_be_hidden()
    page.reload()
    expect(page.get_by_label("Only mails to")).to_have_value("nobody@example.com")


def test_a_mail_cannot_run_scripts_load_resources_or_send_requests(open_page: OpenPage, server: LocalServer) -> None:
    put_mail(server, "hostile@example.com", HOSTILE, "<b>Subject</b>")
    watched = open_page("/_local/mail#hostile@example.com")
    page = watched.page
    expect(page.get_by_role("heading", name="<b>Subject</b>")).to_be_visible()
    as_html(page).get_by_role("button", name="Send").click()
    expect(as_html(page).locator("#text")).to_have_text("before")
    assert page.title() == "Mail inbox"
    assert len(page.context.pages) == 1
    # The browser logs what it has blocked to the console.
    assert any("script" in complaint for complaint in watched.complaints)
    watched.forgive()


def test_a_mail_is_shown_in_its_full_height(open_page: OpenPage, server: LocalServer) -> None:
    put_mail(server, "long@example.com", f"<p>first</p>{'<p>line</p>' * 80}<p>last</p>")
    page = open_page("/_local/mail#long@example.com").page
    expect(as_html(page).get_by_text("last")).to_be_attached()
    frame = page.locator("#html")
    heights = "frame => [frame.clientHeight, frame.contentDocument.documentElement.scrollHeight]"
    page.wait_for_function("() => document.getElementById('html').clientHeight > 1000")
    shown, needed = frame.evaluate(heights)
    assert shown >= needed
    page.set_viewport_size({"width": 390, "height": 700})
    page.wait_for_function(
        "() => { const f = document.getElementById('html');"
        " return f.clientHeight >= f.contentDocument.documentElement.scrollHeight }"
    )


def test_without_a_frontend_the_inbox_page_confirms_the_account(open_page: OpenPage, server: LocalServer) -> None:
    register(server, "here@example.com")
    watched = open_page("/_local/mail#here@example.com")
    page = watched.page
    expect(page.get_by_text("where nothing answers")).to_contain_text(FRONT_HOST)
    page.get_by_role("button", name="Confirm here").click()
    expect(page.get_by_text("The account is confirmed")).to_be_visible()
    assert server.sign_in("here@example.com", PASSWORD)
    page.reload()
    page.get_by_role("button", name="Confirm here").click()
    expect(page.get_by_text("The account is confirmed")).to_be_visible()


def test_without_a_frontend_the_inbox_page_sets_a_new_password(open_page: OpenPage, server: LocalServer) -> None:
    register(server, "reset@example.com")
    token = server.mails("reset@example.com")[0]["link"]["token"]
    assert server.call("POST", "/api/user/confirm_user/", json={"token": token}).status_code == 200
    server.call("POST", "/api/user/password_reset/", json={"email": "reset@example.com"})
    server.mails("reset@example.com", 2)
    watched = open_page("/_local/mail#reset@example.com")
    page = watched.page
    page.get_by_label("New password").fill("password")
    page.get_by_role("button", name="Set it here").click()
    expect(page.get_by_text("This failed: the link was already used")).to_be_visible()
    page.get_by_label("New password").fill("Niebieska!Kawa3")
    page.get_by_role("button", name="Set it here").click()
    expect(page.get_by_text("The new password is set.")).to_be_visible()
    assert server.sign_in("reset@example.com", "Niebieska!Kawa3")
    watched.forgive()


def test_with_a_running_frontend_the_inbox_page_shows_only_its_link(open_page: OpenPage, server: LocalServer) -> None:
    register(server, "frontend@example.com")
    page = open_page("/_local/mail#frontend@example.com").page
    page.route("**/_local/frontend", lambda route: route.fulfill(json={"url": FRONT_HOST, "answers": True}))
    # It may already have checked when it first showed the mail.
    with page.expect_response("**/_local/frontend"):
        page.reload()
    expect(page.get_by_role("heading", name="Potwierdzenie adresu email")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm here")).to_be_hidden()


def test_the_calendar_entry_of_a_mail_is_shown_parsed_and_raw(open_page: OpenPage, server: LocalServer) -> None:
    server.mails("adam.demo@prz.edu.pl")
    page = open_page("/_local/mail#adam.demo@prz.edu.pl", timezone_id="Europe/Warsaw").page
    listed(page).last.get_by_role("button").click()
    entry = page.get_by_role("region", name="Invitation")
    for text in ("Korepetycje: Ola Wiśniewska", "Organizer", "REQUEST", "zajecia.ics"):
        expect(entry).to_contain_text(text)
    expect(entry.get_by_text("BEGIN:VCALENDAR")).to_be_hidden()
    entry.get_by_text("The file as sent").click()
    expect(entry.get_by_text("BEGIN:VCALENDAR")).to_be_visible()


@pytest.mark.proof
def test_the_inbox_is_available_beside_a_served_frontend(
    open_page: OpenPage, start_server: Callable[..., LocalServer], tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<h1>Frontend</h1>")
    server = start_server(FRONTEND=str(tmp_path), DEMO="0")
    assert server.call("GET", "/").text == "<h1>Frontend</h1>"
    register(server, "front@example.com")
    page = open_page("/_local/mail", on=server).page
    # The frontend is served here, so the link leads to it.
    expect(page.get_by_text(f"{server.url}/account/confirm-email/?token=")).to_be_visible()


def test_waiting_mails_are_reported_and_can_be_sent_now(open_page: OpenPage) -> None:
    page = open_page("/_local/mail").page
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.method)
        route.fulfill(json={"waiting": 0 if "POST" in asked else 2})

    page.route("**/_local/mail/waiting", answer)
    page.reload()
    expect(page.get_by_text("2 about bookings wait five minutes")).to_be_visible()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("button", name="Send now")).to_be_hidden()
    assert (asked[0], asked.count("POST")) == ("GET", 1)
