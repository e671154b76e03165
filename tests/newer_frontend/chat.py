"""Both chat, with files, while each has the page of conversations open."""

from playwright.sync_api import FilePayload, Locator, expect

from tests.newer_frontend.stage import Stage
from tests.newer_frontend.tutors import PIXEL, expect_loaded
from tests.newer_frontend.visitor import Visitor

NOTES: FilePayload = {"name": "notatki.txt", "mimeType": "text/plain", "buffer": "Całki i różniczki".encode()}
GREETING = "Dzień dobry! Zażółć gęślą jaźń 🎓"
PICTURE: FilePayload = {"name": "tablica.png", "mimeType": "image/png", "buffer": PIXEL}


def open_a_conversation(stage: Stage) -> None:
    stage.tutor.open("/chats")
    stage.student.press("Napisz wiadomość")
    stage.student.page.wait_for_url("**/chats?conversation_id=*")
    expect(said(stage.student)).to_be_visible()


def talk(stage: Stage) -> None:
    say(stage.student, GREETING)
    # It appears in the tutor's open list.
    entry = stage.tutor.page.get_by_role("button").filter(has_text=f"{stage.student.name}")
    expect(entry).to_contain_text(GREETING[:20])
    entry.click()
    expect(bubble(stage.tutor, GREETING)).to_have_count(1)
    say(stage.tutor, "Witam!")
    expect(bubble(stage.student, "Witam!")).to_have_count(1)
    expect(bubble(stage.student, GREETING)).to_have_count(1)


def send_files(stage: Stage) -> None:
    student, tutor = stage.student, stage.tutor
    send(student, PICTURE, NOTES)
    for visitor in (student, tutor):
        picture = visitor.page.get_by_alt_text("tablica.png")
        expect_loaded(picture)
        expect(visitor.page.get_by_role("link", name="notatki.txt")).to_have_count(1)
        expect(visitor.page.get_by_text("/media/")).to_have_count(0)
    with tutor.page.expect_download() as download:
        tutor.page.get_by_role("button").filter(has=tutor.page.get_by_alt_text("tablica.png")).click()
    assert download.value.path().read_bytes()[:8] == PIXEL[:8]
    address = student.page.get_by_role("link", name="notatki.txt").get_attribute("href")
    answer = student.context.request.get(str(address))
    assert answer.ok, answer.status


def read_older_messages(stage: Stage) -> None:
    texts = [f"Zadanie {number}" for number in range(20)]
    for text in texts:
        say(stage.tutor, text)
    expect(bubble(stage.student, texts[-1])).to_have_count(1)
    for visitor in (stage.student, stage.tutor):
        visitor.page.goto(stage.student.page.url)
        expect(bubble(visitor, texts[-1])).to_have_count(1)
        visitor.page.locator("div:has(+ form #usermsg)").hover()
        for _ in range(60):
            if bubble(visitor, GREETING).count():
                break
            # At the very top, the frontend would wait for a scroll event that cannot happen.
            visitor.page.mouse.wheel(0, 100)
            visitor.page.wait_for_timeout(100)
            visitor.page.mouse.wheel(0, -800)
            visitor.page.wait_for_timeout(200)
        for text in (GREETING, *texts):
            expect(bubble(visitor, text)).to_have_count(1)


def say(visitor: Visitor, text: str) -> None:
    said(visitor).fill(text)
    said(visitor).press("Enter")
    expect(bubble(visitor, text)).to_have_count(1)


def send(visitor: Visitor, *files: FilePayload) -> None:
    visitor.page.locator("#filePicker").set_input_files(list(files))
    visitor.page.locator("form:has(#usermsg) button[type=button]").last.click()


def said(visitor: Visitor) -> Locator:
    return visitor.page.locator("#usermsg")


def bubble(visitor: Visitor, text: str) -> Locator:
    return visitor.page.locator("p.text-pretty").get_by_text(text, exact=True)
