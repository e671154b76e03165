"""The live chat of the start page while its connection breaks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer, free_port
from tests.support.start_page import bodies, history, say, sign_in_both

HISTORY = "**/conversation_detail/**"


class Gate:
    """Stands in front of the sockets of one page; closed, it cuts them off and lets no new one through."""

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
def test_messages_written_offline_are_sent_once_there_is_a_connection(open_page: OpenPage, server: LocalServer) -> None:
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
def test_a_message_that_arrives_by_socket_while_being_fetched_is_shown_once(
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
def test_after_a_server_crash_the_page_reconnects_and_shows_missed_messages(
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
    # The page cannot reach the server on another port, so it certainly misses what is written there.
    elsewhere = start_server(server.data)
    missed = speak(open_page("/", on=elsewhere).page)
    elsewhere.stop()
    back = start_server(server.data, PORT=port)
    for side in sides:
        expect(side.get_by_text("Live", exact=True)).to_be_visible()
        expect(side.locator(".stored p").last).to_have_text(missed[-1])
        assert bodies(side)[-len(missed) - 1 :] == ["before the crash", *missed]
        assert bodies(side) == history(back)
    # The browser itself logs failed requests to the console.
    assert all("net::ERR" in complaint or "WebSocket" in complaint for complaint in watched.complaints)
    watched.forgive()


def speak(page: Page) -> list[str]:
    """Send a message from each side; returns both."""
    student, tutor = sign_in_both(page)
    say(student, "missed one")
    expect(tutor.locator(".stored p").last).to_have_text("missed one")
    say(tutor, "missed two")
    expect(student.locator(".stored p").last).to_have_text("missed two")
    page.close()
    return ["missed one", "missed two"]
