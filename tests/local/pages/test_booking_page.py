"""Booking on the start page in a real browser."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from local.demo.accounts import STUDENT, TUTOR
from tests.local.pages.conftest import OpenPage, Watched
from tests.support.chat_page import pane, sign_in_both
from tests.support.local_server import LocalServer

RESERVATIONS = "/api/reservation/reservation/"
NOTIFICATIONS = "/api/notification/"
TERMS = "/api/availability/terms/"
PASSWORD = "Zielona!Herbata7"
HOSTILE = "<img src=x onerror=\"window.hit = 1\"><script>window.hit = 2</script> & 'quotes'"


def slots(page: Page) -> Locator:
    return page.get_by_role("region", name="Free times").get_by_role("group").get_by_role("button")


def slot(page: Page, moment: str) -> Locator:
    """The button of a time, such as "Wed 9 December, 18:00"."""
    day, _, hour = moment.rpartition(", ")
    return page.get_by_role("group", name=day, exact=True).get_by_role("button", name=hour, exact=True)


def sessions(page: Page) -> Locator:
    return page.get_by_role("region", name="Ola’s sessions").get_by_role("listitem")


def notifications(page: Page) -> Locator:
    return page.get_by_role("region", name="Adam’s notifications").get_by_role("listitem")


def told(page: Page, text: str) -> None:
    expect(page.locator("#told")).to_contain_text(text)


def times(page: Page) -> list[str]:
    """Every time that is shown, with its day."""
    expect(slots(page).first).to_be_visible()
    days = page.get_by_role("region", name="Free times").get_by_role("group")
    return [
        f"{day.get_attribute('aria-label')}, {hour}"
        for day in days.all()
        for hour in day.get_by_role("button").all_inner_texts()
    ]


def offered(server: LocalServer, page: Page, length: int = 60) -> list[str]:
    """When what is free from a week ahead on starts, as the server tells it in the browser's zone."""
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    first = datetime.now(ZoneInfo(zone)).date() + timedelta(days=7)
    window = f"from={first}&to={first + timedelta(days=7)}&tz={zone}&length={length}"
    found = server.call("GET", f"/api/availability/slots/{tutor_id(server)}/?{window}")
    return [each["start_time"] for each in found.json()]


def tutor_id(server: LocalServer) -> int:
    _student, tutor = server.call("GET", "/_local/info").json()["demo_accounts"]
    return int(tutor["tutor_id"])


def held(server: LocalServer, access: str) -> list[dict[str, Any]]:
    found = server.call("GET", f"{RESERVATIONS}user/me/?when=upcoming", token=access).json()
    return [each for each in found if each["state"] in {"pending", "confirmed"}]


def give_back(server: LocalServer, access: str, kept: set[int]) -> None:
    """Cancel all but those."""
    for booking_id in {each["id"] for each in held(server, access)} - kept:
        answer = server.call("POST", f"{RESERVATIONS}{booking_id}/cancel/", token=access, json={})
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def ola(server: LocalServer) -> str:
    """An access token of the demo student."""
    return server.sign_in(STUDENT.email, STUDENT.password)


@pytest.fixture(scope="module")
def tutor(server: LocalServer) -> str:
    """An access token of the demo tutor."""
    return server.sign_in(TUTOR.email, TUTOR.password)


@pytest.fixture
def student(server: LocalServer, ola: str) -> Iterator[str]:
    """An access token of the demo student; what the test has booked is given back."""
    before = {each["id"] for each in held(server, ola)}
    yield ola
    give_back(server, ola, before)


@pytest.fixture
def watched(open_page: OpenPage, student: str) -> Watched:
    """The page a week ahead, where nothing is too soon to be cancelled."""
    opened = open_page("/")
    expect(slots(opened.page).first).to_be_visible()
    turn(opened.page, "Later")
    return opened


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def turn(page: Page, where: str) -> None:
    with page.expect_response("**/slots/**") as answer:
        page.get_by_role("button", name=where).click()
    expect(slots(page)).to_have_count(len(answer.value.json()))


def test_the_slots_of_the_tutor_are_shown_by_day_and_length(page: Page, server: LocalServer) -> None:
    for length in (90, 45):
        page.get_by_label("Length").select_option(str(length))
        starts = [datetime.fromisoformat(start) for start in offered(server, page, length)]
        expect(slots(page)).to_have_text([f"{start:%H:%M}" for start in starts])
        assert times(page) == [f"{start:%a} {start.day} {start:%B}, {start:%H:%M}" for start in starts]
    turn(page, "Earlier")
    expect(page.get_by_role("button", name="Earlier")).to_be_disabled()


def test_a_booking_appears_to_both_and_its_time_comes_back_when_it_is_cancelled(
    page: Page, server: LocalServer, student: str
) -> None:
    before, already = times(page), len(held(server, student))
    slots(page).nth(1).click()
    told(page, f"Booked: {before[1]}–")
    expect(sessions(page)).to_have_count(already + 1)
    booked = sessions(page).filter(has_text=before[1])
    expect(booked).to_contain_text("Confirmed")
    expect(booked).to_contain_text("90,00 zł")
    [made] = [each for each in held(server, student) if str(each["id"]) == booked.get_attribute("data-id")]
    expect(booked.get_by_role("link", name="Meeting room")).to_have_attribute("href", made["meeting_url"])
    expect(notifications(page).first).to_contain_text("Nowa rezerwacja: Ola Wiśniewska")
    expect(slot(page, before[1])).to_have_count(0)
    booked.get_by_role("button", name=f"Cancel {before[1]}").click()
    told(page, f"Cancelled: {before[1]}–")
    expect(sessions(page)).to_have_count(already)
    expect(notifications(page).first).to_contain_text("Zajęcia odwołane: Ola Wiśniewska")
    expect(slots(page)).to_have_count(len(before))
    assert times(page) == before
    # The same time again is a booking of its own.
    slots(page).nth(1).click()
    expect(sessions(page)).to_have_count(already + 1)
    assert str(made["id"]) not in [each.get_attribute("data-id") for each in sessions(page).all()]


def test_the_tutor_is_told_live_of_what_is_booked_elsewhere_and_how_much_is_unread(
    page: Page, server: LocalServer, student: str, tutor: str
) -> None:
    sign_in_both(page)
    expect(page.locator("#notifications-state")).to_have_text("Live")
    unread = server.call("GET", f"{NOTIFICATIONS}unread_count/", token=tutor).json()["unread_notification_count"]
    with page.expect_request(f"**{RESERVATIONS}") as sent:
        slots(page).last.click()
    expect(page.locator("#unread")).to_have_text(f"{unread + 1} unread")
    assert sent.value.headers["idempotency-key"]
    [newest] = server.call("GET", f"{NOTIFICATIONS}list/?page_size=1", token=tutor).json()["results"]
    expect(notifications(page).first).to_contain_text(newest["notification"]["message"])
    [booking] = [each for each in held(server, student) if each["id"] == newest["data"]["reservation"]]
    assert server.call("POST", f"{RESERVATIONS}{booking['id']}/cancel/", token=student, json={}).status_code == 200
    expect(page.locator("#unread")).to_have_text(f"{unread + 2} unread")
    expect(page.locator("#notifications .fresh")).to_have_count(min(unread + 2, 3))
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#unread")).to_have_text("")
    expect(page.locator("#notifications .fresh")).to_have_count(0)
    count = server.call("GET", f"{NOTIFICATIONS}unread_count/", token=tutor).json()
    assert count == {"unread_notification_count": 0}
    pane(page, TUTOR).get_by_role("button", name="Sign out Adam").click()
    expect(page.locator("#notifications-state")).to_have_text("Signed out")
    expect(notifications(page)).to_have_count(0)


@pytest.fixture(scope="module")
def stranger(server: LocalServer) -> str:
    """An access token of another student."""
    email = f"rival{time.monotonic_ns()}@example.com"
    assert server.call("POST", "/api/user/create/", json={"email": email, "password": PASSWORD}).status_code == 201
    token = server.mails(email)[0]["text"].partition("token=")[2].split()[0]
    assert server.call("POST", "/api/user/confirm_user/", json={"token": token}).status_code == 200
    return server.sign_in(email, PASSWORD)


@pytest.fixture
def rival(server: LocalServer, stranger: str) -> Iterator[str]:
    """The same; what the test has booked is given back."""
    yield stranger
    give_back(server, stranger, set())


def test_a_time_somebody_else_took_meanwhile_is_told_so_and_no_longer_shown(
    watched: Watched, server: LocalServer, student: str, rival: str
) -> None:
    page = watched.page
    before, already = times(page), len(held(server, student))
    wanted = {"tutor": tutor_id(server), "start_time": offered(server, page)[-1], "length": 60}
    assert server.call("POST", RESERVATIONS, token=rival, json=wanted).status_code == 201
    slots(page).last.click()
    told(page, "The server refused: Ten termin jest już zajęty.")
    expect(slot(page, before[-1])).to_have_count(0)
    expect(sessions(page)).to_have_count(already)
    assert len(held(server, student)) == already
    assert all("409" in complaint for complaint in watched.complaints)
    watched.forgive()


def test_a_seat_in_a_group_is_booked_at_the_price_of_a_seat(page: Page, server: LocalServer, rival: str) -> None:
    wanted = {"tutor": tutor_id(server), "start_time": offered(server, page)[-1], "length": 60, "kind": "group"}
    opened = server.call("POST", RESERVATIONS, token=rival, json=wanted).json()
    turn(page, "Earlier")
    turn(page, "Later")
    expect(slots(page).last).to_contain_text("group, 4 free")
    slots(page).last.click()
    told(page, "45,00 zł")
    expect(sessions(page).filter(has_text="Group").get_by_role("link")).to_have_attribute("href", opened["meeting_url"])
    expect(page.get_by_text("group, 4 free")).to_have_count(0)


def test_a_session_it_is_too_late_to_cancel_stays(
    watched: Watched, server: LocalServer, student: str, tutor: str
) -> None:
    page, already = watched.page, len(held(server, student))
    chosen = times(page)[0]
    slots(page).first.click()
    expect(sessions(page)).to_have_count(already + 1)
    terms = server.call("GET", f"{TERMS}me/", token=tutor).json()
    try:
        assert server.call("PATCH", f"{TERMS}me/", token=tutor, json={"cancellation_notice": 720}).status_code == 200
        page.get_by_role("button", name=f"Cancel {chosen}").click()
        told(page, "The server refused: Na odwołanie tych zajęć jest już za późno.")
    finally:
        kept = {"cancellation_notice": terms["cancellation_notice"]}
        assert server.call("PATCH", f"{TERMS}me/", token=tutor, json=kept).status_code == 200
    expect(sessions(page)).to_have_count(already + 1)
    assert len(held(server, student)) == already + 1
    watched.forgive()


def test_a_booking_whose_answer_was_lost_is_not_made_twice(watched: Watched, server: LocalServer, student: str) -> None:
    page, already = watched.page, len(held(server, student))
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        assert route.fetch().status == 201
        route.abort()

    page.route(f"**{RESERVATIONS}", lose_the_first)
    chosen = times(page)[0]
    slots(page).first.click()
    told(page, "The server does not answer.")
    slots(page).first.click()
    told(page, f"Booked: {chosen}")
    assert keys[0] == keys[1]
    assert len(held(server, student)) == already + 1
    watched.forgive()


def test_it_can_all_be_done_by_keyboard(page: Page, server: LocalServer, student: str) -> None:
    before, already = times(page), len(held(server, student))
    slots(page).nth(1).focus()
    page.keyboard.press("Enter")
    told(page, f"Booked: {before[1]}")
    expect(slot(page, before[1])).to_have_count(0)
    # The focus is on what has taken the place of the button that is gone.
    expect(slots(page).nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(slots(page).nth(2)).to_be_focused()
    cancel = page.get_by_role("button", name=f"Cancel {before[1]}")
    cancel.focus()
    page.keyboard.press("Space")
    told(page, f"Cancelled: {before[1]}")
    expect(sessions(page)).to_have_count(already)
    assert page.evaluate("document.activeElement.innerText") == "Cancel"


def test_texts_of_others_are_shown_as_the_text_they_are(watched: Watched) -> None:
    page = watched.page

    def spoil(route: Route) -> None:
        body = route.fetch().json()
        for each in body if isinstance(body, list) else body["results"]:
            each |= {
                "meeting_url": "javascript:window.hit=3",
                "location": HOSTILE,
                "notification": {"message": HOSTILE},
            }
        route.fulfill(json=body)

    page.route("**/reservation/user/me/**", spoil)
    page.route("**/notification/list/**", spoil)
    page.route(f"**{RESERVATIONS}", lambda route: route.fulfill(status=409, json={"detail": HOSTILE}))
    slots(page).first.click()
    told(page, HOSTILE)
    expect(sessions(page).first).to_contain_text(HOSTILE)
    expect(notifications(page).first).to_contain_text(HOSTILE)
    assert page.locator("#booking :is(img, script, a)").count() == 0
    assert page.evaluate("window.hit") is None
    watched.forgive()
