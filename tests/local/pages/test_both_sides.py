"""Both sides of a booking on the start page: requests, the calendar, the waitlist and live notifications."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from local.demo.accounts import CLASSMATE
from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import (
    RESERVATIONS,
    active_bookings,
    agree,
    close,
    entries,
    expect_result,
    open_tutor,
    panel,
    sign_in_both,
    slot_times,
    slots,
    turn,
    tutor_id,
)

NOTIFICATIONS = "/api/notification/"
TERMS = "/api/availability/terms/me/"


@pytest.fixture
def page(open_page: OpenPage, student: str) -> Page:
    """The start page with both accounts signed in."""
    opened = open_page("/").page
    sign_in_both(opened)
    return opened


@pytest.fixture
def by_hand(server: LocalServer, tutor: str) -> Iterator[None]:
    """Restore the tutor's terms after the test: automatic confirmation."""
    yield
    assert server.call("PATCH", TERMS, token=tutor, json={"confirmation": "automatic"}).status_code == 200


@pytest.fixture
def classmates_seat(server: LocalServer) -> Iterator[None]:
    """Book the classmate's seat again after the test, because tests of other modules expect the group to be full."""
    token = server.sign_in(CLASSMATE.email, CLASSMATE.password)
    [seat] = [each for each in active_bookings(server, token) if each["kind"] == "group"]
    yield
    booked = server.call("POST", RESERVATIONS, token=token, json={"session": seat["session"]})
    assert booked.status_code == 201, booked.text


def book(page: Page, verb: str) -> str:
    """Book a time a week ahead; returns that time."""
    dialog = open_tutor(page)
    turn(page, "Later")
    chosen = slot_times(page)[0]
    slots(page).first.click()
    expect_result(page, f"{verb}: {chosen}")
    close(dialog)
    return chosen


def confirms_by_hand(page: Page) -> Locator:
    return page.get_by_label("Adam confirms by hand")


@pytest.mark.usefixtures("by_hand")
def test_a_request_waits_until_the_tutor_confirms_or_declines_it(page: Page) -> None:
    expect(confirms_by_hand(page)).not_to_be_checked()
    confirms_by_hand(page).check()
    expect(panel(page, "Adam’s requests")).to_contain_text("New bookings wait for an answer.")
    for verb, done, seen in (
        ("Decline", "Declined", "A request was declined"),
        ("Confirm", "Confirmed", "A session is confirmed"),
    ):
        chosen = book(page, "Requested")
        expect(entries(page, "Ola’s sessions").filter(has_text=chosen)).to_contain_text("Requested")
        entries(page, "Adam’s requests").get_by_role("button", name=f"{verb} {chosen}").click()
        expect(panel(page, "Adam’s requests")).to_contain_text(f"{done}: {chosen}")
        expect(entries(page, "Adam’s requests")).to_have_count(0)
        # The keyboard focus stays where the last button was.
        expect(panel(page, "Adam’s requests").get_by_role("heading")).to_be_focused()
        expect(entries(page, "Ola’s notifications").first).to_contain_text(f"{seen}: {chosen}")
    expect(entries(page, "Ola’s sessions").filter(has_text=chosen)).to_contain_text("Confirmed")
    expect(entries(page, "Adam’s calendar").filter(has_text=chosen)).to_contain_text("Ola Wiśniewska")
    page.reload()
    expect(confirms_by_hand(page)).to_be_checked()


@pytest.mark.usefixtures("classmates_seat")
def test_a_seat_given_up_by_a_classmate_is_offered_to_the_waitlist(page: Page) -> None:
    waitlist = entries(page, "Ola’s waitlist")
    expect(waitlist).to_contain_text(["Adam’s group: all 3 seats are taken"])
    when = waitlist.locator("strong").inner_text()
    waitlist.get_by_role("button", name="Join the waitlist").click()
    expect(waitlist).to_contain_text(["Number 1 on the waitlist"])
    waitlist.get_by_role("button", name="Leave").click()
    expect(waitlist).to_contain_text(["all 3 seats are taken"])
    waitlist.get_by_role("button", name="Join the waitlist").click()
    waitlist.get_by_role("button", name="Zofia gives up a seat").click()
    offer = entries(page, "Ola’s sessions").filter(has_text=when)
    expect(offer).to_contain_text("Seat offered")
    expect(entries(page, "Ola’s notifications").first).to_contain_text("A seat is free")
    offer.get_by_role("button", name=f"Accept {when}").click()
    expect(offer).to_contain_text("Confirmed")
    expect(panel(page, "Ola’s sessions")).to_contain_text(f"Accepted: {when}")
    expect(entries(page, "Adam’s calendar").filter(has_text="Ola")).to_contain_text(["Group, seat 3 of 3"])


def test_changes_made_on_another_device_appear_when_the_student_returns(
    page: Page, server: LocalServer, student: str
) -> None:
    chosen = book(page, "Booked")
    booked = entries(page, "Ola’s sessions").filter(has_text=chosen)
    expect(booked).to_have_count(1)
    newest = max(each["id"] for each in active_bookings(server, student))
    assert server.call("POST", f"{RESERVATIONS}{newest}/cancel/", token=student, json={}).status_code == 200
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(booked).to_have_count(0)


@pytest.mark.proof
def test_the_tutor_cancels_with_a_reason(page: Page) -> None:
    chosen = book(page, "Booked")
    entries(page, "Adam’s calendar").get_by_role("button", name=f"Cancel {chosen}").click()
    page.get_by_label("Reason").fill("Flu")
    agree(page)
    expect(panel(page, "Adam’s calendar")).to_contain_text(f"Cancelled: {chosen}")
    expect(entries(page, "Ola’s sessions").filter(has_text=chosen)).to_have_count(0)
    expect(entries(page, "Ola’s notifications").first).to_contain_text(f"A session was cancelled: {chosen}")


def propose(page: Page, chosen: str) -> Locator:
    """Propose another time for a session as the tutor; returns the proposal as the student sees it."""
    calendar = entries(page, "Adam’s calendar").filter(has_text=chosen)
    calendar.get_by_role("button", name=f"Move {chosen}").click()
    page.get_by_label("Reason").fill("Dentist")
    page.get_by_role("dialog", name="Move this session?").get_by_role("button", name="Propose it").click()
    expect(panel(page, "Adam’s calendar")).to_contain_text("Proposed: ")
    expect(calendar).to_contain_text("Proposed instead: ")
    proposed = entries(page, "Ola’s sessions").filter(has_text="Proposed instead: ")
    expect(proposed).to_contain_text([chosen])
    expect(entries(page, "Ola’s notifications").first).to_contain_text(f"Your tutor proposes another time: {chosen}")
    return proposed


@pytest.mark.proof
def test_a_time_that_the_tutor_proposes_can_be_declined_withdrawn_or_accepted(page: Page) -> None:
    chosen = book(page, "Booked")
    propose(page, chosen).get_by_role("button", name=f"Keep the old time {chosen}").click()
    expect(panel(page, "Ola’s sessions")).to_contain_text(f"The session stays: {chosen}")
    expect(entries(page, "Adam’s notifications").first).to_contain_text("The new time was declined")
    proposed = propose(page, chosen)
    entries(page, "Adam’s calendar").get_by_role("button", name="Withdraw the new time").click()
    expect(proposed).to_have_count(0)
    accept = propose(page, chosen).get_by_role("button", name="Accept the new time")
    new_time = (accept.get_attribute("aria-label") or "").removeprefix("Accept the new time ")
    accept.click()
    expect(panel(page, "Ola’s sessions")).to_contain_text(f"Accepted: {new_time}")
    for name in ("Ola’s sessions", "Adam’s calendar"):
        expect(entries(page, name).filter(has_text=new_time)).to_have_count(1)
        expect(entries(page, name).filter(has_text=chosen)).to_have_count(0)


@pytest.mark.proof
def test_the_calendar_link_is_a_url_that_calendars_can_read(page: Page, server: LocalServer) -> None:
    panel(page, "Adam’s calendar").get_by_role("button", name="Calendar link").click()
    link = page.get_by_label("Address of the calendar")
    expect(link).to_have_value(re.compile(r"\.ics"))
    address = link.input_value()
    feed = server.call("GET", f"/api/{address.partition('/api/')[2]}")
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in feed.text


def test_the_tutor_gets_live_notifications_and_an_unread_count_of_other_bookings(
    page: Page, server: LocalServer, student: str, tutor: str
) -> None:
    notifications = panel(page, "Adam’s notifications")
    expect(notifications.get_by_text("Live", exact=True)).to_be_visible()
    unread = server.call("GET", f"{NOTIFICATIONS}unread_count/", token=tutor).json()["unread_notification_count"]
    offered = server.call("GET", f"/api/availability/tutors/{tutor_id(server)}/slots/?length=60").json()["results"]
    wanted = {"tutor": tutor_id(server), "start_time": offered[-1]["start_time"], "length": 60}
    booking = server.call("POST", RESERVATIONS, token=student, json=wanted).json()
    expect(notifications.get_by_text(f"{unread + 1} unread")).to_be_visible()
    [newest] = server.call("GET", f"{NOTIFICATIONS}list/?page_size=1", token=tutor).json()["results"]
    assert newest["data"]["reservation"] == booking["id"]
    expect(entries(page, "Adam’s notifications").first).to_contain_text("A session is booked")
    cancelled = server.call("POST", f"{RESERVATIONS}{booking['id']}/cancel/", token=student, json={})
    assert cancelled.status_code == 200, cancelled.text
    expect(notifications.get_by_text(f"{unread + 2} unread")).to_be_visible()
    expect(notifications.locator(".fresh")).to_have_count(min(unread + 2, 3))
    notifications.get_by_role("button", name="Mark all as read").click()
    expect(notifications.get_by_text("unread")).to_have_count(0)
    expect(notifications.locator(".fresh")).to_have_count(0)
    count = server.call("GET", f"{NOTIFICATIONS}unread_count/", token=tutor).json()
    assert count == {"unread_notification_count": 0}


def test_the_data_of_an_account_disappears_when_it_signs_out(page: Page) -> None:
    expect(entries(page, "Adam’s calendar").first).to_be_visible()
    page.get_by_role("button", name="Sign out Adam").click()
    for name in ("Adam’s calendar", "Adam’s notifications", "Adam’s requests"):
        expect(page.get_by_role("region", name=name, include_hidden=True).get_by_role("listitem")).to_have_count(0)
        expect(panel(page, name)).to_be_hidden()
    expect(panel(page, "Ola’s sessions")).to_be_visible()
    page.get_by_role("button", name="Sign out Ola").click()
    expect(page.get_by_role("heading", name="Both sides of a booking")).to_be_hidden()
