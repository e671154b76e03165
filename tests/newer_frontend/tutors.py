"""A tutor sets what can be booked; a student finds the tutor."""

import re
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from tests.newer_frontend.stage import Stage

PLACE, PRICE, SUBJECT = "Rzeszów, Staroniwa", "75", "Fizyka"
HOURS = (("09:00", "10:00"), ("10:30", "11:15"), ("14:00", "15:00"))
KINDS = ("Indywidualne", "Online", "Stacjonarne")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f80f00010401005fe5c34b0000000049454e44ae426082"
)


def describe_lessons(stage: Stage) -> None:
    tutor = stage.tutor
    tutor.open("/account/settings")
    set_text(tutor.page, "Brak", "description", "Uczę od dziesięciu lat.", "Zmień Opis")
    set_text(tutor.page, "Cena", "price", PRICE, "Zmień cenę")
    set_text(tutor.page, "Lokalizacja", "location", PLACE, "Zmień")
    for kind in KINDS:
        with tutor.page.expect_response("**/tutor/me/"):
            tutor.page.get_by_role("button", name=kind).click()
    tutor.page.locator("p:has-text('Umiejętności') + div > button").last.click()
    tutor.page.get_by_label(SUBJECT, exact=True).check()
    tutor.press("Zatwierdź")
    tutor.expect_toast("Dodano przedmiot.")
    tutor.page.reload()
    for text in ("Uczę od dziesięciu lat.", f"{PRICE} zł/godz", PLACE, SUBJECT):
        expect(tutor.page.get_by_text(text).first).to_be_visible()


def set_text(page: Page, section: str, name: str, value: str, button: str) -> None:
    page.get_by_role("button").filter(has_text=section).first.click()
    page.locator(f"body [name={name}]").fill(value)
    with page.expect_response(lambda answer: answer.url.endswith("/tutor/me/") and answer.request.method == "GET"):
        page.get_by_role("button", name=button, exact=True).click()


def offer_slots(stage: Stage) -> None:
    tutor = stage.tutor
    for begin, end in HOURS:
        choose_day(tutor.page, stage.day)
        tutor.press("Dodaj")
        tutor.fill(start_time=begin, end_time=end)
        tutor.press("Dodaj")
        tutor.expect_toast("Dodano termin")
    choose_day(tutor.page, stage.day)
    tutor.press("Dodaj")
    tutor.fill(start_time=HOURS[0][0], end_time=HOURS[0][1])
    with tutor.expecting("^400 POST .*/schedule/me/$"):
        tutor.press("Dodaj")
        tutor.expect_toast("overlapping")


def take_a_slot_back(stage: Stage) -> None:
    tutor = stage.tutor
    tutor.open("/account/settings")
    choose_day(tutor.page, stage.day)
    tutor.page.get_by_role("button", name=hours(HOURS[2])).click()
    tutor.expect_toast("Usunięto termin")
    choose_day(tutor.page, stage.day)
    expect(tutor.page.get_by_role("button", name=hours(HOURS[1]))).to_be_visible()
    expect(tutor.page.get_by_role("button", name=hours(HOURS[2]))).to_have_count(0)


def change_the_picture(stage: Stage) -> None:
    tutor = stage.tutor
    tutor.open("/account/settings")
    before = tutor.page.get_by_alt_text("User Avatar").get_attribute("src")
    tutor.page.get_by_alt_text("User Avatar").locator("xpath=../..").click()
    tutor.page.locator("#dropzone-file").set_input_files({"name": "ja.png", "mimeType": "image/png", "buffer": PIXEL})
    tutor.press("Zmień Obraz")
    tutor.expect_toast("Zdjęcie zostało zmienione.")
    expect(tutor.page.get_by_alt_text("User Avatar")).not_to_have_attribute("src", before or "")
    expect_loaded(tutor.page.get_by_alt_text("User Avatar"))


def search(stage: Stage) -> None:
    """Browse all pages, then search by price, sorted, and by name."""
    page = stage.student.page
    stage.student.open("/instructors")
    count = stage.api.get("/v2/api/user/tutor/search/?page_size=15").json()["count"]
    seen = set(addresses(page))
    pages = -(-count // 15)
    for number in range(2, pages + 1):
        pager(page).locator("button").last.click()
        page.wait_for_url(f"**p={number}**")
        expect(pager(page)).to_have_text(f"{number}z{pages}")
        seen |= set(addresses(page))
    assert len(seen) == count, (len(seen), count)
    stage.student.open("/instructors")
    page.get_by_text("Sortuj").click()
    page.get_by_role("button", name="Cena", exact=True).nth(1).click()
    page.wait_for_url("**sorting_by_hourly_rate=asc**")
    stage.student.press("Opinia/Cena")
    stage.student.fill(price__gte="70", price__lte="80")
    stage.student.press("Zatwierdź")
    page.wait_for_url("**price__lte=80**")
    expect(cards(page).first).to_be_visible()
    prices = [int(price) for text in cards(page).all_inner_texts() for price in re.findall(r"(\d+)\s*zł/godz", text)]
    assert prices, "nobody"
    assert prices == sorted(prices), prices
    assert {*prices} <= {*range(70, 81)}, prices


def find_by_name(stage: Stage) -> None:
    page = stage.student.page
    stage.student.open("/instructors")
    page.get_by_role("textbox").first.fill(f"{stage.tutor.name}")
    page.keyboard.press("Enter")
    page.wait_for_url("**search_by_full_name=**")
    card = cards(page)
    expect(card).to_contain_text(PLACE)
    expect(card).to_contain_text(PRICE)
    expect_loaded(card.locator("img"))
    card.click()
    page.wait_for_url("**/instructors/*")
    expect(page.get_by_text("Uczę od dziesięciu lat.")).to_be_visible()


def cards(page: Page) -> Locator:
    return page.locator("main a[href^='/instructors/']")


def addresses(page: Page) -> list[str]:
    expect(cards(page).first).to_be_visible()
    return [str(each.get_attribute("href")) for each in cards(page).all()]


def pager(page: Page) -> Locator:
    return page.locator("main div:has(> span:text-is('z'))")


def hours(slot: tuple[str, str]) -> str:
    """The time as on the buttons of slots."""
    return f"{slot[0].removeprefix('0')} - {slot[1].removeprefix('0')}"


def choose_day(page: Page, day: datetime) -> None:
    calendar = page.locator(".rdp")
    expect(calendar).to_be_visible()
    if day.month != datetime.now(day.tzinfo).month:
        calendar.locator("[name=next-month]").click()
    calendar.locator("button", has_text=re.compile(rf"^{day.day}(🎯)?$")).click()


def expect_loaded(image: Locator) -> None:
    expect(image).to_be_visible()
    expect(image).not_to_have_js_property("naturalWidth", 0)
