"""A student makes reservations; the tutor is notified at once, and confirms one that waits for it through the API."""

from playwright.sync_api import Locator, expect

from tests.newer_frontend.stage import Stage
from tests.newer_frontend.tutors import HOURS, choose_day, hours
from tests.newer_frontend.visitor import Visitor


def reserve(stage: Stage) -> None:
    stage.tutor.open("/")
    expect(bell(stage.tutor)).to_be_visible()
    expect(badge(stage.tutor)).to_have_count(0)
    take(stage, HOURS[0])
    expect_state(stage.student, "Potwierdzone", 1)


def hear_of_it(stage: Stage) -> None:
    """The tutor's page has been open since before the reservation."""
    tutor = stage.tutor
    expect(badge(tutor)).to_have_text("1")
    bell(tutor).click()
    entry = tutor.page.get_by_role("button").filter(has_text=f"Nowa rezerwacja: {stage.student.name}")
    expect(entry).to_contain_text("o 09:00")
    with tutor.page.expect_response("**/is_read/**"):
        entry.click()
    expect(badge(tutor)).to_have_count(0)
    expect_state(tutor, "Potwierdzone", 1)


def ask_a_tutor_who_confirms_by_hand(stage: Stage) -> None:
    stage.call(stage.tutor, "PATCH", "/api/availability/terms/me/", {"confirmation": "manual"})
    take(stage, HOURS[1])
    expect_state(stage.student, "Niepotwierdzone", 1)
    expect_state(stage.tutor, "Niepotwierdzone", 1)


def be_confirmed(stage: Stage) -> None:
    """Through the API, as the frontend has no button for it. Both pages are open."""
    found = stage.call(stage.tutor, "GET", "/api/reservation/tutor/me/?when=upcoming")["results"]
    pending = [each["id"] for each in found if each["state"] == "pending"]
    assert len(pending) == 1, found
    stage.call(stage.tutor, "POST", f"/api/reservation/reservation/tutor/me/confirm/{pending[0]}/", {})
    expect(badge(stage.student)).to_be_visible()
    bell(stage.student).click()
    expect_state(stage.student, "Potwierdzone", 2)
    expect_state(stage.tutor, "Potwierdzone", 2)


def come_second(stage: Stage) -> None:
    """Another student reserves a slot that the student's page still shows as free; a toast says that it is taken."""
    student, hour = stage.student, stage.day.replace(hour=16, minute=0, second=0, microsecond=0)
    times = {"start_time": hour.isoformat(), "end_time": hour.replace(hour=17).isoformat()}
    item = stage.call(stage.tutor, "POST", "/api/user/tutor/schedule/me/", times)["id"]
    show_slots(stage)
    button = student.page.get_by_role("button", name=hours(("16:00", "17:00")))
    expect(button).to_be_enabled()
    stage.call(stage.newcomer(student), "POST", "/api/reservation/reservation/", {"schedule_item": item})
    button.click()
    with student.expecting("^409 POST .*/reservation/reservation/$"):
        student.press("Rezerwuj")
        student.expect_toast("zajęty")
    show_slots(stage)
    expect(button).to_be_disabled()


def take(stage: Stage, slot: tuple[str, str]) -> None:
    """Reserve a slot of the tutor whose page is open; after a reload, the page shows it greyed out."""
    button = stage.student.page.get_by_role("button", name=hours(slot))
    show_slots(stage)
    button.click()
    stage.student.press("Rezerwuj")
    stage.student.expect_toast("Termin został zarezerwowany")
    expect(button).to_be_disabled()
    show_slots(stage)
    expect(button).to_be_disabled()


def show_slots(stage: Stage) -> None:
    stage.student.page.reload()
    choose_day(stage.student.page, stage.day)


def expect_state(visitor: Visitor, text: str, number: int) -> None:
    """In a new page, so that the open one stays as it is."""
    page = visitor.context.new_page()
    visitor.watch(page)
    page.goto(f"{visitor.front}/account/reservations")
    if visitor.email.endswith("@prz.edu.pl"):
        page.get_by_role("button", name="Jako korepetytor").click()
    expect(page.get_by_text(text, exact=True)).to_have_count(number)
    page.close()


def bell(visitor: Visitor) -> Locator:
    return visitor.page.locator(".icon.group > button").locator("visible=true")


def badge(visitor: Visitor) -> Locator:
    return visitor.page.locator(".icon.group > button > span")
