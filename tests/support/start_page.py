"""The start page for tests: the demo accounts, their chat, a tutor's free times and both sides of a booking."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from local.demo.accounts import STUDENT, TUTOR, DemoAccount
from tests.support.local_server import LocalServer

RESERVATIONS = "/api/reservation/reservation/"
ACTIVE = {"pending", "confirmed"}
NOTHING_FREE = "Nothing is free in these seven days."


def conversation(server: LocalServer) -> tuple[str, str]:
    """The student's access token and the path of the demo accounts' chat history."""
    access = server.sign_in(STUDENT.email, STUDENT.password)
    (found,) = server.call("GET", "/api/chat/conversations/", token=access).json()
    return access, f"/api/chat/conversation_detail/{found['id']}/"


def history(server: LocalServer) -> list[str]:
    access, path = conversation(server)
    return [message["body"] for message in server.call("GET", path, token=access).json()]


def card(page: Page, account: DemoAccount) -> Locator:
    return page.get_by_role("article", name=f"{account.first_name} {account.last_name}, {account.role}")


def pane(page: Page, account: DemoAccount) -> Locator:
    return page.get_by_role("article", name=f"Chat as {account.first_name} {account.last_name}")


def sign_in_both(page: Page) -> tuple[Locator, Locator]:
    """Sign in the student and the tutor; returns their panes, both live and showing earlier messages."""
    page.get_by_role("button", name="Sign in as both").click()
    panes = pane(page, STUDENT), pane(page, TUTOR)
    for each in panes:
        expect(each.get_by_text("Live", exact=True)).to_be_visible()
        expect(each.locator(".stored li").first).to_be_visible()
    return panes


def say(side: Locator, text: str) -> None:
    field = side.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def bodies(side: Locator) -> list[str]:
    """The bodies of the stored messages."""
    return side.locator(".stored li p").all_inner_texts()


def panel(page: Page, name: str) -> Locator:
    """A box on one of the two sides, such as "Ola’s sessions"."""
    return page.get_by_role("region", name=name, exact=True)


def entries(page: Page, name: str) -> Locator:
    return panel(page, name).get_by_role("listitem")


def open_tutor(page: Page, name: str = f"{TUTOR.first_name} {TUTOR.last_name}") -> Locator:
    """Open the details of a tutor whose card is shown, with the free times of the coming days."""
    # The cards move down when it appears, maybe from under the pressed mouse.
    expect(page.locator("#demo")).to_be_visible()
    page.get_by_role("button", name=f"Free times of {name}").click()
    dialog = page.get_by_role("dialog", name=name)
    expect(slots(page).first.or_(dialog.get_by_text(NOTHING_FREE))).to_be_visible()
    return dialog


def close(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def slots(page: Page) -> Locator:
    return page.get_by_role("region", name="Free times").get_by_role("group").get_by_role("button")


def slot(page: Page, moment: str) -> Locator:
    """The button for a time, such as "Wed 9 December, 18:00"."""
    day, _, hour = moment.rpartition(", ")
    return page.get_by_role("group", name=day, exact=True).get_by_role("button", name=hour, exact=True)


def slot_times(page: Page) -> list[str]:
    """All times shown, with their days."""
    expect(slots(page).first).to_be_visible()
    days = page.get_by_role("region", name="Free times").get_by_role("group")
    return [
        f"{day.get_attribute('aria-label')}, {hour}"
        for day in days.all()
        for hour in day.get_by_role("button").all_inner_texts()
    ]


def turn(page: Page, where: str) -> None:
    """Show earlier or later times."""
    # Other times may be as many: wait until those shown now have been replaced.
    page.locator(".slots").evaluate("slots => [...slots.children].forEach((each) => { each.dataset.before = ''; })")
    page.get_by_role("button", name=where).click()
    expect(page.locator(".slots > [data-before]")).to_have_count(0)


def expect_result(page: Page, text: str) -> None:
    """Expect this message about a booking on the page."""
    expect(page.get_by_role("region", name="Free times").get_by_role("status")).to_contain_text(text)


def agree(page: Page, answer: str = "Cancel the session") -> None:
    """Confirm the cancellation of a session."""
    page.get_by_role("dialog", name="Cancel this session?").get_by_role("button", name=answer).click()


def tutor_id(server: LocalServer) -> int:
    _student, tutor = server.call("GET", "/_local/info").json()["demo_accounts"]
    return int(tutor["tutor_id"])


def active_bookings(server: LocalServer, access: str, who: str = "student") -> list[dict[str, Any]]:
    """The upcoming bookings of a student or, with "tutor", of a tutor."""
    found = server.call("GET", f"/api/reservation/{who}/me/?when=upcoming&page_size=100", token=access).json()
    return [each for each in found["results"] if each["state"] in ACTIVE]


def cancel_all(server: LocalServer, access: str, kept: set[int]) -> None:
    """Cancel all bookings of a student except these."""
    for booking_id in {each["id"] for each in active_bookings(server, access)} - kept:
        answer = server.call("POST", f"{RESERVATIONS}{booking_id}/cancel/", token=access, json={})
        assert answer.status_code == 200, answer.text
