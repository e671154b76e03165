"""The tutor's side of the start page calls off a group with all its seats."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Locator, Page, expect

from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import RESERVATIONS, active_bookings, entries, panel, sign_in_both, tutor_id

CALENDAR = "Adam’s calendar"


@pytest.fixture
def group(server: LocalServer, student: str, rival: str) -> int:
    """The session of a group with two seats booked."""
    offered = server.call("GET", f"/api/availability/tutors/{tutor_id(server)}/slots/?length=60").json()["results"]
    first = {"tutor": tutor_id(server), "start_time": offered[-1]["start_time"], "length": 60, "kind": "group"}
    session = 0
    for token in (student, rival):
        answer = server.call("POST", RESERVATIONS, token=token, json={"session": session} if session else first)
        assert answer.status_code == 201, answer.text
        session = answer.json()["session"]
    return session


@pytest.fixture
def page(open_page: OpenPage, group: int) -> Page:
    """The start page on a phone, with both accounts signed in and the group in the calendar."""
    opened = open_page("/", viewport={"width": 320, "height": 740}).page
    sign_in_both(opened)
    return opened


def seats(page: Page) -> Locator:
    """The entries of the group in the tutor's calendar: Ola's, and one of a student without a name."""
    first = entries(page, CALENDAR).filter(has_text="Ola Wiśniewska").filter(has_text="Group, seat 1 of")
    expect(first).to_have_count(1)
    when = first.locator("strong").inner_text()
    return entries(page, CALENDAR).filter(has_text=when)


def test_a_tutor_calls_off_a_group_by_keyboard_with_a_reason(
    page: Page, server: LocalServer, student: str, rival: str, group: int
) -> None:
    found = seats(page)
    expect(found).to_have_count(2)
    when = found.first.locator("strong").inner_text()
    # What concerns the whole session stands once, with its first seat.
    expect(panel(page, CALENDAR).get_by_role("button", name=f"Call off the group {when}")).to_have_count(1)
    found.first.get_by_role("button", name="Call off the group").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Call off the whole group?")
    expect(dialog).to_contain_text(f"{when}, with Ola Wiśniewska, Somebody without a name. All of them")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert dialog.evaluate("each => each.scrollWidth - each.clientWidth") == 0
    assert Axe().run(page).response["violations"] == []
    dialog.get_by_label("Reason").fill("")
    dialog.get_by_role("button", name="Call off the group").press("Enter")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Flu")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel(page, CALENDAR)).to_contain_text(f"Called off: {when}.")
    expect(found).to_have_count(0)
    expect(entries(page, "Ola’s notifications").first).to_contain_text(f"A session was cancelled: {when.split('–')[0]}")
    for token in (student, rival):
        assert group not in {each["session"] for each in active_bookings(server, token)}


def test_one_seat_of_a_group_is_cancelled_as_such(page: Page) -> None:
    found = seats(page)
    when = found.first.locator("strong").inner_text()
    found.nth(1).get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Cancel this seat?")
    expect(dialog).to_contain_text("The others keep theirs")
    dialog.get_by_role("button", name="Keep it").click()
    found.nth(1).get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Cancel the seat").click()
    expect(panel(page, CALENDAR)).to_contain_text(f"Cancelled: {when}")
    expect(found).to_have_count(1)
    # A session of one student is cancelled as any other.
    expect(found.get_by_role("button", name="Call off the group")).to_have_count(0)
    expect(found).to_contain_text("Ola Wiśniewska")
