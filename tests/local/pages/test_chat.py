"""The live chat of the start page in a real browser."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, WebSocketRoute, expect

from local.demo.accounts import STUDENT, TUTOR
from local.demo.conversation import MESSAGES
from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import bodies, card, history, pane, say, sign_in_both

HISTORY = "**/conversation_detail/**"
# Signs Ola out as soon as a socket of hers begins to open; records which sockets have begun.
SIGN_OUT_MEANWHILE = """window.begun = [];
window.WebSocket = class extends WebSocket {
    constructor(...options) {
        super(...options);
        window.begun.push(this);
        setTimeout(() => document.querySelector("[aria-label='Sign out Ola']").click());
    }
};"""
HOSTILE = "<img src=x onerror=\"window.hit = 1\"><script>window.hit = 2</script> & 'quotes'"


def test_one_click_signs_in_and_shows_the_history(open_page: OpenPage) -> None:
    page = open_page("/").page
    expect(page.get_by_role("heading", name="Live chat")).to_be_hidden()
    page.get_by_role("button", name="Sign in as Ola").click()
    student = pane(page, STUDENT)
    expect(student.get_by_text(MESSAGES[0][2])).to_be_visible()
    expect(student.get_by_text("Live", exact=True)).to_be_visible()
    assert bodies(student)[: len(MESSAGES)] == [body for _author, _minutes, body in MESSAGES]
    expect(page.get_by_role("button", name="Sign out Ola")).to_be_focused()
    expect(card(page, TUTOR).get_by_text("Signed out", exact=True)).to_be_visible()
    expect(pane(page, TUTOR)).to_be_hidden()


def test_messages_arrive_in_both_directions(open_page: OpenPage, server: LocalServer) -> None:
    student, tutor = sign_in_both(open_page("/").page)
    say(student, "Czy jutro o siedemnastej?")
    expect(tutor.locator(".theirs").last).to_contain_text("Czy jutro o siedemnastej?")
    say(tutor, "Tak, do jutra!")
    for side, author in ((student, "theirs"), (tutor, "mine")):
        expect(side.locator(f".stored .{author}").last).to_contain_text("Tak, do jutra!")
    assert bodies(student) == bodies(tutor) == history(server)
    expect(student.locator(".mine").last).to_contain_text("Czy jutro o siedemnastej?")
    assert student.locator(".unsent li").count() == 0


def test_a_message_is_shown_as_plain_text(open_page: OpenPage) -> None:
    page = open_page("/").page
    student, tutor = sign_in_both(page)
    say(student, HOSTILE)
    for side in (student, tutor):
        expect(side.locator(".stored p").last).to_have_text(HOSTILE)
    assert page.locator(".stored p *").count() == 0
    assert page.evaluate("window.hit") is None


@pytest.mark.proof
def test_line_breaks_and_spaces_are_kept_and_blank_messages_are_not_sent(open_page: OpenPage) -> None:
    student, _tutor = sign_in_both(open_page("/").page)
    before = len(bodies(student))
    student.get_by_role("textbox").fill("  \n ")
    student.get_by_role("button", name="Send").click()
    student.get_by_role("textbox").fill("eins")
    student.get_by_role("textbox").press("Shift+Enter")
    student.get_by_role("textbox").press_sequentially("zwei")
    student.get_by_role("button", name="Send").click()
    expect(student.locator(".stored p").last).to_have_text("eins\nzwei", use_inner_text=True)
    assert len(bodies(student)) == before + 1


def test_a_reload_keeps_the_accounts_signed_in_until_they_sign_out(open_page: OpenPage) -> None:
    page = open_page("/").page
    sign_in_both(page)
    page.reload()
    expect(pane(page, STUDENT).get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out Ola").click()
    expect(page.get_by_role("button", name="Sign in as Ola")).to_be_visible()
    page.reload()
    expect(pane(page, TUTOR).get_by_text("Live", exact=True)).to_be_visible()
    expect(card(page, STUDENT).get_by_text("Signed out", exact=True)).to_be_visible()
    expect(pane(page, STUDENT)).to_be_hidden()


def test_requests_sent_before_signing_out_are_answered(open_page: OpenPage) -> None:
    page = open_page("/").page
    held: list[Route] = []
    page.route("**/api/notification/list/*", lambda route: held.append(route))  # noqa: PLW0108 -- wants a function
    with page.expect_request("**/api/notification/list/*"):
        page.get_by_role("button", name="Sign in as Ola").click()
    page.get_by_role("button", name="Sign out Ola").click()
    expect(card(page, STUDENT).get_by_text("Signed out", exact=True)).to_be_visible()
    page.wait_for_timeout(200)  # enough time to end the session, if that were requested at once
    with page.expect_response("**/api/notification/list/*") as answer, page.expect_response("**/api/token/logout/"):
        held[0].continue_()
    assert answer.value.status == 200


def test_sockets_that_are_opening_during_a_sign_out_open_and_close(open_page: OpenPage) -> None:
    page = open_page("/").page
    page.add_init_script(SIGN_OUT_MEANWHILE)
    page.reload()
    with page.expect_response("**/api/token/logout/"):
        page.get_by_role("button", name="Sign in as Ola").click()
    expect(card(page, STUDENT).get_by_text("Signed out", exact=True)).to_be_visible()
    page.wait_for_function("begun.length && begun.every(({ readyState }) => readyState === WebSocket.CLOSED)")


@pytest.mark.proof
def test_signing_out_and_in_again_shows_every_message_once(open_page: OpenPage, server: LocalServer) -> None:
    page = open_page("/").page
    student, tutor = sign_in_both(page)
    for _ in range(2):
        page.get_by_role("button", name="Sign out Ola").click()
        page.get_by_role("button", name="Sign in as Ola").click()
        expect(student.get_by_text("Live", exact=True)).to_be_visible()
    say(tutor, "once more")
    expect(student.locator(".stored p").last).to_have_text("once more")
    assert bodies(student) == history(server)


@pytest.mark.proof
def test_the_chat_works_over_tls(open_page: OpenPage, start_server: Callable[..., LocalServer]) -> None:
    page = open_page("/", on=start_server(TLS="1"), ignore_https_errors=True).page
    student, tutor = sign_in_both(page)
    say(student, "secretly")
    expect(tutor.locator(".stored p").last).to_have_text("secretly")


@pytest.mark.proof
def test_a_session_revoked_elsewhere_signs_the_account_out(open_page: OpenPage, server: LocalServer) -> None:
    watched = open_page("/")
    student, tutor = sign_in_both(watched.page)
    other_device = server.sign_in(STUDENT.email, STUDENT.password)
    assert server.call("DELETE", "/api/token/sessions/", token=other_device).status_code == 200
    expect(card(watched.page, STUDENT).get_by_text("Signed out", exact=True)).to_be_visible()
    expect(student).to_be_hidden()
    expect(tutor.get_by_text("Live", exact=True)).to_be_visible()
    # The browser itself logs the refused refresh to the console.
    assert all("401" in complaint for complaint in watched.complaints)
    watched.forgive()


def test_a_refused_message_is_marked_and_can_be_sent_again(open_page: OpenPage) -> None:
    page = open_page("/").page
    student, tutor = sign_in_both(page)
    student.evaluate("""pane => {
        const field = pane.querySelector("textarea");
        for (let number = 0; number < 100; number++) {
            field.value = `burst ${number}`;
            pane.querySelector("form").requestSubmit();
        }
    }""")
    refused = student.get_by_role("button", name="Try again")
    expect(refused.first).to_be_visible()
    expect(student.get_by_text("Sending", exact=True)).to_have_count(0)
    expect(student.get_by_text("Not sent: too many messages at once").first).to_be_visible()
    expect(student.locator(".stored p", has_text="burst")).to_have_count(100 - refused.count())
    text = student.locator(".unsent p").first.inner_text()
    again = student.locator(".unsent li").filter(has=page.get_by_text(text, exact=True)).get_by_role("button")
    arrived = tutor.locator(".stored").get_by_text(text, exact=True)
    deadline = time.monotonic() + 10
    while not arrived.is_visible():
        assert time.monotonic() < deadline  # within a second it is refused again, and marked as before
        again.click()
        expect(arrived.or_(again)).to_be_visible()


def test_a_lost_frame_is_fetched_and_a_repeated_one_is_shown_once(open_page: OpenPage, server: LocalServer) -> None:
    watched = open_page("/")
    dropped: list[str] = []

    def lossy(socket: WebSocketRoute) -> None:
        upstream = socket.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            if "lost" in str(frame):
                dropped.append(str(frame))
                return
            socket.send(frame)
            socket.send(frame)

        upstream.on_message(pass_on)

    watched.page.route_web_socket(lambda url: "/ws/chat/" in url, lossy)
    watched.page.reload()
    student, tutor = sign_in_both(watched.page)
    say(student, "lost")
    say(student, "found")
    for side in (student, tutor):
        expect(side.locator(".stored p").last).to_have_text("found")
        assert bodies(side) == history(server)
    assert dropped
