"""The live chat of the start page in a real browser."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from local.demo.accounts import STUDENT, TUTOR
from local.demo.conversation import MESSAGES
from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer, free_port
from tests.support.start_page import bodies, card, pane, say, sign_in_both

HISTORY = "**/conversation_detail/**"
HOSTILE = "<img src=x onerror=\"window.hit = 1\"><script>window.hit = 2</script> & 'quotes'"


def conversation(server: LocalServer) -> tuple[str, str]:
    """An access token of the student's and the path of the demo accounts' history."""
    access = server.sign_in(STUDENT.email, STUDENT.password)
    (found,) = server.call("GET", "/api/chat/conversations/", token=access).json()
    return access, f"/api/chat/conversation_detail/{found['id']}/"


def history(server: LocalServer) -> list[str]:
    access, path = conversation(server)
    return [message["body"] for message in server.call("GET", path, token=access).json()]


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


def test_messages_arrive_on_the_other_side_both_ways(open_page: OpenPage, server: LocalServer) -> None:
    student, tutor = sign_in_both(open_page("/").page)
    say(student, "Czy jutro o siedemnastej?")
    expect(tutor.locator(".theirs").last).to_contain_text("Czy jutro o siedemnastej?")
    say(tutor, "Tak, do jutra!")
    expect(student.locator(".theirs").last).to_contain_text("Tak, do jutra!")
    assert bodies(student) == bodies(tutor) == history(server)
    expect(student.locator(".mine").last).to_contain_text("Czy jutro o siedemnastej?")
    assert student.locator(".unsent li").count() == 0


def test_a_message_is_shown_as_the_text_it_is(open_page: OpenPage) -> None:
    page = open_page("/").page
    student, tutor = sign_in_both(page)
    say(student, HOSTILE)
    for side in (student, tutor):
        expect(side.locator(".stored p").last).to_have_text(HOSTILE)
    assert page.locator(".stored p *").count() == 0
    assert page.evaluate("window.hit") is None


def test_lines_and_blanks_of_a_message_are_kept_and_blank_ones_not_sent(open_page: OpenPage) -> None:
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
def test_a_session_that_is_ended_elsewhere_signs_the_account_out(open_page: OpenPage, server: LocalServer) -> None:
    watched = open_page("/")
    student, tutor = sign_in_both(watched.page)
    other_device = server.sign_in(STUDENT.email, STUDENT.password)
    assert server.call("DELETE", "/api/token/sessions/", token=other_device).status_code == 200
    expect(card(watched.page, STUDENT).get_by_text("Signed out", exact=True)).to_be_visible()
    expect(student).to_be_hidden()
    expect(tutor.get_by_text("Live", exact=True)).to_be_visible()
    # The browser itself writes the refused refresh to the console.
    assert all("401" in complaint for complaint in watched.complaints)
    watched.forgive()


def test_a_refused_message_is_marked_and_can_be_sent_again(open_page: OpenPage) -> None:
    student, tutor = sign_in_both(open_page("/").page)
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
    stored = len([body for body in bodies(student) if body.startswith("burst")])
    assert stored + refused.count() == 100
    text = student.locator(".unsent p").first.inner_text()
    deadline = time.monotonic() + 10
    while text not in bodies(tutor):
        assert time.monotonic() < deadline  # within the second it is refused again, and marked as before
        student.locator(".unsent li", has_text=text).get_by_role("button").click()
        expect(student.get_by_text("Sending", exact=True)).to_have_count(0)


def test_a_frame_that_was_lost_is_fetched_and_one_that_comes_twice_is_shown_once(
    open_page: OpenPage, server: LocalServer
) -> None:
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


class Gate:
    """Stands before the sockets of one page: closed, it cuts them off and lets no new one through."""

    def __init__(self, page: Page) -> None:
        self.is_open = True
        self.delivers = True
        self._passing: list[WebSocketRoute] = []
        page.route_web_socket(lambda url: "/ws/chat/" in url, self._decide)
        page.reload()

    def _decide(self, socket: WebSocketRoute) -> None:
        if not self.is_open:
            socket.close()
            return
        self._passing.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda frame: socket.send(frame) if self.delivers else None)

    def close(self) -> None:
        self.is_open = False
        while self._passing:
            self._passing.pop().close()

    def open(self) -> None:
        self.is_open = True


@pytest.mark.proof
def test_what_is_written_without_a_connection_is_sent_when_there_is_one(
    open_page: OpenPage, server: LocalServer
) -> None:
    page = open_page("/").page
    gate = Gate(page)
    student, tutor = sign_in_both(page)
    gate.close()
    expect(student.get_by_text("Reconnecting", exact=True)).to_be_visible()
    say(student, "into the void")
    expect(student.get_by_text("Sending", exact=True)).to_be_visible()
    assert "into the void" not in history(server)
    gate.open()
    for side in (student, tutor):
        expect(side.locator(".stored p").last).to_have_text("into the void")
    expect(student.get_by_text("Sending", exact=True)).to_have_count(0)
    assert history(server).count("into the void") == 1


@pytest.mark.proof
def test_a_message_whose_echo_was_lost_is_stored_and_shown_once(open_page: OpenPage, server: LocalServer) -> None:
    page = open_page("/").page
    gate = Gate(page)
    student, _tutor = sign_in_both(page)
    witness, _other = sign_in_both(open_page("/").page)
    gate.delivers = False
    say(student, "no echo")
    expect(witness.locator(".stored p").last).to_have_text("no echo")
    gate.close()
    gate.delivers = True
    gate.open()
    expect(student.locator(".stored p").last).to_have_text("no echo")
    expect(student.get_by_text("Sending", exact=True)).to_have_count(0)
    assert bodies(student) == history(server)
    assert history(server).count("no echo") == 1


@pytest.mark.proof
def test_a_message_that_comes_by_the_socket_while_it_is_being_fetched_is_shown_once(
    open_page: OpenPage, server: LocalServer
) -> None:
    page = open_page("/").page
    gate = Gate(page)
    student, _tutor = sign_in_both(page)
    witness, _other = sign_in_both(open_page("/").page)
    held: list[Route] = []
    page.route(HISTORY, lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a Python function
    gate.close()
    expect(student.get_by_text("Reconnecting", exact=True)).to_be_visible()
    gate.open()
    expect(student.get_by_text("Live", exact=True)).to_be_visible()
    say(witness, "twice on its way")
    expect(student.locator(".stored p").last).to_have_text("twice on its way")
    with page.expect_response(HISTORY):
        for route in held:
            route.continue_()
    page.unroute(HISTORY)
    say(witness, "and on")
    expect(student.locator(".stored p").last).to_have_text("and on")
    assert bodies(student) == history(server)


@pytest.mark.timeout(180)
@pytest.mark.proof
def test_after_a_crash_of_the_server_the_page_reconnects_and_shows_what_it_missed(
    open_page: OpenPage, start_server: Callable[..., LocalServer]
) -> None:
    port = str(free_port())
    server = start_server(PORT=port)
    watched = open_page("/", on=server)
    page = watched.page
    sides = sign_in_both(page)
    say(sides[0], "before the crash")
    expect(sides[1].locator(".stored p").last).to_have_text("before the crash")
    server.kill()
    expect(sides[0].get_by_text("Reconnecting", exact=True)).to_be_visible()
    expect(page.get_by_role("list", name="What is running").get_by_text("not answering").first).to_be_attached()
    # On another port the page cannot see it: what is said there is missed for certain.
    elsewhere = start_server(server.data)
    missed = speak(open_page("/", on=elsewhere).page)
    elsewhere.stop()
    back = start_server(server.data, PORT=port)
    for side in sides:
        expect(side.get_by_text("Live", exact=True)).to_be_visible()
        expect(side.locator(".stored p").last).to_have_text(missed[-1])
        assert bodies(side)[-len(missed) - 1 :] == ["before the crash", *missed]
        assert bodies(side) == history(back)
    # The browser itself writes what got no answer to the console.
    assert all("net::ERR" in complaint or "WebSocket" in complaint for complaint in watched.complaints)
    watched.forgive()


def speak(page: Page) -> list[str]:
    """Both sides say something; returns what."""
    student, tutor = sign_in_both(page)
    say(student, "missed one")
    expect(tutor.locator(".stored p").last).to_have_text("missed one")
    say(tutor, "missed two")
    expect(student.locator(".stored p").last).to_have_text("missed two")
    page.close()
    return ["missed one", "missed two"]
