"""Reloaded pages, expired sessions, slow or missing networks."""

from playwright.sync_api import expect

from tests.newer_frontend.accounts import avatar
from tests.newer_frontend.chat import bubble, said, say
from tests.newer_frontend.stage import Stage
from tests.newer_frontend.visitor import Visitor

OPEN = ("/", "/instructors", "/announcements", "/chats")
PAGES = (*OPEN, "/notifications", "/account/reservations", "/account/settings", "/report-issue")
# Milliseconds until the first byte, and bytes per second.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 20_000}


def load_every_page_again(stage: Stage) -> None:
    for visitor in (stage.student, stage.tutor):
        for path in PAGES:
            visitor.open(path)
            expect(avatar(visitor)).to_be_visible()
            visitor.page.reload()
            expect_still_at(visitor, path)


def outlive_the_access_cookie(stage: Stage) -> None:
    student = stage.student
    for path in PAGES:
        student.context.clear_cookies(name="access")
        with student.expecting(r"^401 GET |HTTP Authentication failed"):
            student.open(path)
            expect_still_at(student, path)
        assert {each["name"] for each in student.context.cookies()} == {"access", "refresh"}


def expect_still_at(visitor: Visitor, path: str) -> None:
    expect(avatar(visitor)).to_be_visible()
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.page.url == visitor.front + path, visitor.page.url
    expect(visitor.page.get_by_text("Oops")).to_have_count(0)


def talk_over_a_slow_network(stage: Stage) -> None:
    student, tutor = stage.student, stage.tutor
    slow = student.context.new_cdp_session(student.page)
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", SLOW)
    for visitor, other in ((student, tutor), (tutor, student)):
        visitor.open("/chats")
        visitor.page.get_by_role("button").filter(has_text=other.name).click()
        expect(said(visitor)).to_be_visible()
    say(student, "Powoli, ale dojdzie")
    expect(bubble(tutor, "Powoli, ale dojdzie")).to_have_count(1)
    slow.detach()


def come_back_online(stage: Stage) -> None:
    student, tutor = stage.student, stage.tutor
    with student.expecting("ERR_INTERNET_DISCONNECTED|WebSocket"):
        student.context.set_offline(True)
        student.page.wait_for_timeout(2_000)
        student.context.set_offline(False)
        student.page.wait_for_timeout(4_000)
    say(tutor, "Jesteś?")
    expect(bubble(student, "Jesteś?")).to_have_count(1)
