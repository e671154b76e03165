"""The focus moves on when its control disappears, and failed requests are reported and repeated."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from local.demo.accounts import STUDENT, TUTOR
from tests.local.pages.conftest import OpenPage, Watched
from tests.support.local_server import LocalServer
from tests.support.start_page import card, open_tutor, panel, sign_in_both, slots

SEARCH = "**/api/user/tutor/search/?*cursor=*"
REVIEWS = "**/api/user/tutor/reviews/**"


@pytest.fixture
def watched(open_page: OpenPage) -> Watched:
    return open_page("/")


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def press(control: Locator) -> None:
    control.focus()
    control.press("Enter")


def heading(box: Locator) -> Locator:
    return box.get_by_role("heading", level=3)


def test_the_focus_moves_to_the_next_step(page: Page) -> None:
    press(page.get_by_role("button", name="Sign in as both"))
    expect(page.get_by_role("button", name="See Adam’s free times")).to_be_focused()


def test_the_focus_stays_in_a_box_when_its_button_disappears(page: Page, server: LocalServer) -> None:
    server.sign_in(STUDENT.email, STUDENT.password)
    sign_in_both(page)
    devices = panel(page, "Ola’s devices")
    press(devices.get_by_role("button", name="Sign out all"))
    expect(devices.get_by_role("button")).to_have_count(0)
    expect(heading(devices)).to_be_focused()


def test_a_sign_in_without_a_response_is_reported_beside_the_accounts(watched: Watched, page: Page) -> None:
    page.route("**/api/token/", lambda route: route.abort())
    page.get_by_role("button", name="Sign in as both").click()
    for account in (STUDENT, TUTOR):
        expect(card(page, account).get_by_role("alert")).to_have_text("The server is not responding.")
    watched.forgive()


def test_a_failed_request_for_more_tutors_keeps_those_shown_and_can_be_repeated(watched: Watched, page: Page) -> None:
    cards, more = page.locator("#cards > li"), page.get_by_role("button", name="Show more")
    expect(cards).to_have_count(6)
    page.route(SEARCH, lambda route: route.abort())
    more.click()
    expect(page.locator("#found")).to_have_text("The server is not responding.")
    watched.forgive()
    expect(cards).to_have_count(6)
    page.unroute(SEARCH)
    more.click()
    expect(cards).to_have_count(12)


def test_a_tutor_opened_before_the_demo_accounts_are_known_can_be_booked(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/_local/info", hold)
    page.reload()
    page.get_by_role("button", name="Free times of Adam Zieliński").click()
    held[0].continue_()
    expect(slots(page).first).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("it is booked for Ola")).to_be_visible()


def test_slow_reviews_are_shown_once(page: Page) -> None:
    dialog = open_tutor(page)
    shown = dialog.get_by_role("list", name="Reviews").get_by_role("listitem")
    before = shown.count()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(REVIEWS, hold)
    more = dialog.get_by_role("button", name="More reviews")
    more.click()
    more.click()
    page.wait_for_timeout(200)
    for route in held:
        route.continue_()
    expect(shown).not_to_have_count(before)
    page.wait_for_timeout(300)
    texts = shown.all_inner_texts()
    assert len(texts) == len(set(texts))
