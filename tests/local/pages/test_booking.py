"""Booking on the start page in a real browser."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from tests.local.pages.conftest import OpenPage, Watched
from tests.support.local_server import LocalServer
from tests.support.start_page import (
    NOTHING_FREE,
    RESERVATIONS,
    active_bookings,
    agree,
    close,
    entries,
    expect_result,
    open_tutor,
    panel,
    slot,
    slot_times,
    slots,
    turn,
    tutor_id,
)

TERMS = "/api/availability/terms/"
HOSTILE = "<img src=x onerror=\"window.hit = 1\"><script>window.hit = 2</script> & 'quotes'"
SESSIONS, NOTIFICATIONS = "Ola’s sessions", "Adam’s notifications"


def offered(server: LocalServer, page: Page, length: int = 60) -> list[str]:
    """The starts of free slots from a week ahead on, by the server, in the browser's time zone."""
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    first = datetime.now(ZoneInfo(zone)).date() + timedelta(days=7)
    window = f"from={first}&to={first + timedelta(days=7)}&tz={zone}&length={length}"
    found = server.call("GET", f"/api/availability/tutors/{tutor_id(server)}/slots/?{window}")
    return [each["start_time"] for each in found.json()["results"]]


@pytest.fixture
def watched(open_page: OpenPage, student: str) -> Watched:
    """The demo tutor's details a week ahead, where every booking can still be cancelled."""
    opened = open_page("/")
    open_tutor(opened.page)
    turn(opened.page, "Later")
    return opened


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


@pytest.mark.proof
def test_slots_are_shown_by_day_and_length(page: Page, server: LocalServer) -> None:
    for length in (90, 45):
        page.get_by_label("Length").select_option(str(length))
        starts = [datetime.fromisoformat(start) for start in offered(server, page, length)]
        expect(slots(page)).to_have_text([f"{start:%H:%M}" for start in starts])
        assert slot_times(page) == [f"{start:%a} {start.day} {start:%B}, {start:%H:%M}" for start in starts]
    turn(page, "Earlier")
    expect(page.get_by_role("button", name="Earlier")).to_be_disabled()


def test_both_sides_see_a_booking_and_its_slot_returns_when_it_is_cancelled(
    page: Page, server: LocalServer, student: str
) -> None:
    before, already = slot_times(page), len(active_bookings(server, student))
    slots(page).nth(1).click()
    expect_result(page, f"Booked: {before[1]}–")
    expect_result(page, "90 zł")
    expect(slot(page, before[1])).to_have_count(0)
    close(page.get_by_role("dialog"))
    expect(entries(page, SESSIONS)).to_have_count(already + 1)
    booked = entries(page, SESSIONS).filter(has_text=before[1])
    expect(booked).to_contain_text("Confirmed")
    expect(booked).to_contain_text("Adam Zieliński · 90 zł")
    [made] = [each for each in active_bookings(server, student) if str(each["id"]) == booked.get_attribute("data-id")]
    expect(booked.get_by_role("link", name="Meeting room")).to_have_attribute("href", made["meeting_url"])
    expect(entries(page, NOTIFICATIONS).first).to_contain_text(f"A session is booked: {before[1]}")
    expect(entries(page, "Adam’s calendar").filter(has_text=before[1])).to_contain_text("Ola Wiśniewska")
    booked.get_by_role("button", name=f"Cancel {before[1]}").click()
    agree(page, "Keep it")
    expect(entries(page, SESSIONS)).to_have_count(already + 1)
    booked.get_by_role("button", name=f"Cancel {before[1]}").click()
    agree(page)
    expect(panel(page, SESSIONS)).to_contain_text(f"Cancelled: {before[1]}–")
    expect(entries(page, SESSIONS)).to_have_count(already)
    expect(entries(page, NOTIFICATIONS).first).to_contain_text(f"A session was cancelled: {before[1]}")
    expect(entries(page, "Adam’s calendar").filter(has_text=before[1])).to_have_count(0)
    open_tutor(page)
    turn(page, "Later")
    assert slot_times(page) == before
    # Booking the same time again makes a new booking.
    slots(page).nth(1).click()
    expect_result(page, f"Booked: {before[1]}–")
    assert made["id"] not in [each["id"] for each in active_bookings(server, student)]


def test_a_slot_taken_by_somebody_else_is_reported_and_removed(
    watched: Watched, server: LocalServer, student: str, rival: str
) -> None:
    page = watched.page
    before, already = slot_times(page), len(active_bookings(server, student))
    wanted = {"tutor": tutor_id(server), "start_time": offered(server, page)[-1], "length": 60}
    assert server.call("POST", RESERVATIONS, token=rival, json=wanted).status_code == 201
    slots(page).last.click()
    expect_result(page, "Somebody else has just taken this time. (slot_taken)")
    expect(slot(page, before[-1])).to_have_count(0)
    assert len(active_bookings(server, student)) == already
    assert all("409" in complaint for complaint in watched.complaints)
    watched.forgive()


def test_a_group_seat_is_booked_at_its_price(page: Page, server: LocalServer, rival: str) -> None:
    wanted = {"tutor": tutor_id(server), "start_time": offered(server, page)[-1], "length": 60, "kind": "group"}
    opened = server.call("POST", RESERVATIONS, token=rival, json=wanted).json()
    turn(page, "Earlier")
    turn(page, "Later")
    expect(slots(page).last).to_contain_text("group, 4 free")
    slots(page).last.click()
    expect_result(page, "45 zł")
    expect(page.get_by_text("group, 4 free")).to_have_count(0)
    close(page.get_by_role("dialog"))
    joined = entries(page, SESSIONS).filter(has_text="Group, seat 2 of 5")
    expect(joined.get_by_role("link")).to_have_attribute("href", opened["meeting_url"])


@pytest.mark.proof
def test_a_student_can_open_a_group(page: Page, server: LocalServer, student: str) -> None:
    page.get_by_label("With whom").select_option("group")
    chosen = slot_times(page)[0]
    slots(page).first.click()
    expect_result(page, f"Booked: {chosen}")
    [made] = [each for each in active_bookings(server, student) if each["kind"] == "group"]
    assert (made["seat"], made["seats"], made["price"]) == (1, 5, "45.00")


@pytest.mark.proof
def test_a_series_books_every_week_and_names_weeks_that_are_not_free(
    page: Page, server: LocalServer, student: str, rival: str
) -> None:
    before, already = slot_times(page), len(active_bookings(server, student))
    start = datetime.fromisoformat(offered(server, page)[-1])
    next_week = {"tutor": tutor_id(server), "start_time": (start + timedelta(days=7)).isoformat(), "length": 60}
    page.get_by_label("How often").select_option("2")
    taken = server.call("POST", RESERVATIONS, token=rival, json=next_week).status_code
    slots(page).last.click()
    # Either the rival has taken the second week, or it was never offered.
    assert taken in {201, 409}
    expect_result(page, f"Booked: 1 of 2 sessions, the first {before[-1]}")
    expect_result(page, "Not free:")
    assert len(active_bookings(server, student)) == already + 1


@pytest.mark.proof
def test_any_tutor_can_be_booked_and_reviews_are_shown(open_page: OpenPage, server: LocalServer, student: str) -> None:
    page = open_page("/").page
    with page.expect_response(re.compile("skills=Matematyka.*free_within=14")) as answer:
        page.get_by_label("Free", exact=True).select_option("14")
        page.get_by_label("Skill", exact=True).select_option("Matematyka")
    names = [f"{each['first_name']} {each['last_name']}" for each in answer.value.json()]
    expect(page.locator("#cards").get_by_role("heading")).to_have_text(names)
    name = next(each for each in names if each != "Adam Zieliński")
    dialog = open_tutor(page, name)
    reviews = dialog.get_by_role("list", name="Reviews").get_by_role("listitem")
    expect(reviews.first).to_contain_text("of 5 stars")
    shown = reviews.count()
    if dialog.get_by_role("button", name="More reviews").is_visible():
        dialog.get_by_role("button", name="More reviews").click()
        expect(reviews.nth(shown)).to_be_visible()
    while dialog.get_by_text(NOTHING_FREE).is_visible():
        turn(page, "Later")
    slots(page).last.click()
    expect(dialog.get_by_role("status").filter(has_text="ed: ")).to_contain_text(" for ")
    close(dialog)
    expect(entries(page, SESSIONS).filter(has_text=name)).to_have_count(1)


@pytest.mark.proof
def test_a_session_that_can_no_longer_be_cancelled_stays(
    watched: Watched, server: LocalServer, student: str, tutor: str
) -> None:
    page, already = watched.page, len(active_bookings(server, student))
    terms = server.call("GET", f"{TERMS}me/", token=tutor).json()
    try:
        assert server.call("PATCH", f"{TERMS}me/", token=tutor, json={"cancellation_notice": 720}).status_code == 200
        chosen = slot_times(page)[0]
        slots(page).first.click()
        expect_result(page, f"Booked: {chosen}")
        close(page.get_by_role("dialog"))
        entries(page, SESSIONS).get_by_role("button", name=f"Cancel {chosen}").click()
        agree(page)
        expect(page.get_by_text("It is too late to cancel this session.")).to_be_visible()
    finally:
        kept = {"cancellation_notice": terms["cancellation_notice"]}
        assert server.call("PATCH", f"{TERMS}me/", token=tutor, json=kept).status_code == 200
    expect(entries(page, SESSIONS)).to_have_count(already + 1)
    assert len(active_bookings(server, student)) == already + 1
    watched.forgive()


@pytest.mark.proof
def test_a_booking_whose_response_was_lost_is_not_repeated(watched: Watched, server: LocalServer, student: str) -> None:
    page, already = watched.page, len(active_bookings(server, student))
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        assert route.fetch().status == 201
        route.abort()

    page.route(f"**{RESERVATIONS}", lose_the_first)
    chosen = slot_times(page)[0]
    slots(page).first.click()
    expect_result(page, "The server is not responding.")
    slots(page).first.click()
    expect_result(page, f"Booked: {chosen}")
    assert keys[0] == keys[1]
    assert len(active_bookings(server, student)) == already + 1
    watched.forgive()


def test_booking_works_entirely_by_keyboard(open_page: OpenPage, server: LocalServer, student: str) -> None:
    page, already = open_page("/").page, len(active_bookings(server, student))
    page.get_by_role("button", name="Free times of Adam Zieliński").focus()
    page.keyboard.press("Enter")
    expect(slots(page).first).to_be_visible()
    turn(page, "Later")
    before = slot_times(page)
    slots(page).nth(1).focus()
    page.keyboard.press("Enter")
    expect_result(page, f"Booked: {before[1]}")
    expect(slot(page, before[1])).to_have_count(0)
    # The focus is on the element that has replaced the button.
    expect(slots(page).nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(slots(page).nth(2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Free times of Adam Zieliński")).to_be_focused()
    entries(page, SESSIONS).get_by_role("button", name=f"Cancel {before[1]}").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel(page, SESSIONS)).to_contain_text(f"Cancelled: {before[1]}")
    expect(entries(page, SESSIONS)).to_have_count(already)


def test_texts_of_other_users_are_shown_as_plain_text(watched: Watched) -> None:
    page = watched.page

    def spoil(route: Route) -> None:
        body = route.fetch().json()
        for each in body["results"]:
            each |= {
                "meeting_url": "javascript:window.hit=3",
                "location": HOSTILE,
                "kind": HOSTILE,
                "notification": {"message": HOSTILE},
            }
        route.fulfill(json=body)

    page.route("**/reservation/student/me/**", spoil)
    page.route("**/notification/list/**", spoil)
    page.route(f"**{RESERVATIONS}", lambda route: route.fulfill(status=409, json={"detail": HOSTILE}))
    slots(page).first.click()
    expect_result(page, HOSTILE)
    close(page.get_by_role("dialog"))
    expect(entries(page, SESSIONS).first).to_contain_text(HOSTILE)
    expect(entries(page, NOTIFICATIONS).first).to_contain_text(HOSTILE)
    assert (
        page.locator("#student-side :is(img, script, a), #tutor-side .notifications :is(img, script, a)").count() == 0
    )
    assert page.evaluate("window.hit") is None
    watched.forgive()


# The second click comes just after other times have replaced the first ones.
CLICK_AGAIN = """() => new MutationObserver((_, list) => {
    list.disconnect();
    setTimeout(() => document.querySelector(".slots [role=group] button").click(), 100);
}).observe(document.querySelector(".slots"), { childList: true })"""


@pytest.mark.proof
def test_a_double_click_books_one_session(page: Page, server: LocalServer, student: str) -> None:
    before, already = slot_times(page), len(active_bookings(server, student))
    page.evaluate(CLICK_AGAIN)
    slots(page).first.click()
    expect_result(page, f"Booked: {before[0]}")
    expect(slot(page, before[0])).to_have_count(0)
    page.wait_for_timeout(400)
    assert len(active_bookings(server, student)) == already + 1
