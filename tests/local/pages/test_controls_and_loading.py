"""Controls of the start page that need loaded data: disabled before it arrives; choices outlast older answers."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from local.demo.accounts import STUDENT
from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import pane, panel, say, sign_in_both

PREFERENCES = "/api/notification/preferences/"
TERMS = "/api/availability/terms/me/"
Hold = Callable[[str, str], "Held"]
ALL_ON = {topic: {"mail": True, "push": True} for topic in ("chat", "bookings", "reviews", "reminders")}


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page("/").page


@pytest.fixture
def preferences(server: LocalServer, ola: str) -> Iterator[None]:
    """Restore the student's preferences after the test."""
    yield
    assert server.call("PATCH", PREFERENCES, token=ola, json=ALL_ON).status_code == 200


class Held:
    """Holds the page's requests to a path until `let_go`, in the order in which they came."""

    def __init__(self, page: Page, path: str, method: str) -> None:
        self.routes: list[Route] = []
        self._page = page
        self._method = method
        page.route(f"**{path}", self._take)

    def _take(self, route: Route) -> None:
        if route.request.method == self._method:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self) -> None:
        """Wait until the page has made such a request."""
        for _ in range(400):
            if self.routes:
                return
            self._page.wait_for_timeout(25)
        pytest.fail("the page has not made the request")

    def let_go(self) -> None:
        """Send those held, and all later ones."""
        self._method = ""
        while self.routes:
            self.routes.pop(0).continue_()


@pytest.fixture
def hold(page: Page) -> Iterator[Hold]:
    """Holds requests by path and method; none is left when the page is closed."""
    all_held: list[Held] = []

    def hold_one(path: str, method: str) -> Held:
        all_held.append(Held(page, path, method))
        return all_held[-1]

    yield hold_one
    for each in all_held:
        each.let_go()


def box(page: Page, name: str) -> Locator:
    return panel(page, "Ola’s preferences").get_by_label(name)


@pytest.mark.parametrize(
    ("path", "name", "is_on"), [(PREFERENCES, "Chat by mail", True), (TERMS, "Adam confirms by hand", False)]
)
def test_a_box_cannot_be_changed_before_its_state_is_known(
    page: Page, hold: Hold, path: str, name: str, *, is_on: bool
) -> None:
    held = hold(path, "GET")
    sign_in_both(page)
    control = page.get_by_label(name).first
    held.wait()
    expect(control).to_be_disabled()
    held.let_go()
    expect(control).to_be_enabled()
    expect(control).to_be_checked(checked=is_on)


@pytest.mark.usefixtures("preferences")
def test_preferences_chosen_in_quick_succession_are_all_saved(
    page: Page, hold: Hold, server: LocalServer, ola: str
) -> None:
    sign_in_both(page)
    expect(box(page, "Chat by mail")).to_be_enabled()
    held = hold(PREFERENCES, "PATCH")
    for name in ("Chat by mail", "Bookings by push"):
        box(page, name).uncheck()
    held.wait()
    expect(box(page, "Bookings by push")).not_to_be_checked()
    held.let_go()
    expect(panel(page, "Ola’s preferences").get_by_role("status")).to_have_text("Bookings by push: off.")
    for name in ("Chat by mail", "Bookings by push"):
        expect(box(page, name)).not_to_be_checked()
    told = server.call("GET", PREFERENCES, token=ola).json()
    assert (told["chat"]["mail"], told["bookings"]["push"]) == (False, False)


@pytest.mark.usefixtures("preferences")
def test_a_choice_outlasts_an_older_answer(page: Page, hold: Hold) -> None:
    sign_in_both(page)
    expect(box(page, "Chat by mail")).to_be_enabled()
    held = hold(PREFERENCES, "GET")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    held.wait()
    older = held.routes.pop(0)
    box(page, "Chat by mail").uncheck()
    held.wait()
    held.let_go()
    expect(panel(page, "Ola’s preferences").get_by_role("status")).to_have_text("Chat by mail: off.")
    with page.expect_event("requestfinished", lambda request: request == older.request):
        older.fulfill(json=ALL_ON)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    expect(box(page, "Chat by mail")).not_to_be_checked()


def test_a_switch_whose_change_is_refused_shows_what_holds(open_page: OpenPage) -> None:
    watched = open_page("/")
    page = watched.page
    sign_in_both(page)
    by_hand = page.get_by_label("Adam confirms by hand")
    expect(by_hand).to_be_enabled()
    page.route(f"**{TERMS}", lambda route: route.fulfill(status=404, json={"detail": "Nie znaleziono."}))
    watched.refusals.add(404)
    by_hand.click()
    expect(panel(page, "Adam’s requests").locator(".note.error")).to_be_visible()
    expect(by_hand).not_to_be_checked()


def test_a_message_written_before_the_conversation_is_open_is_kept(page: Page, hold: Hold) -> None:
    held = hold("/api/chat/conversation/", "POST")
    page.get_by_role("button", name="Sign in as Ola").click()
    side = pane(page, STUDENT)
    held.wait()
    say(side, "Dzień dobry!")
    expect(side.get_by_role("alert").first).to_have_text("The conversation is not open yet. Try again in a moment.")
    held.let_go()
    expect(side.get_by_text("Live", exact=True)).to_be_visible()
    expect(side.get_by_role("textbox")).to_have_value("Dzień dobry!")
    side.get_by_role("textbox").press("Enter")
    expect(side.locator(".mine").last).to_contain_text("Dzień dobry!")
