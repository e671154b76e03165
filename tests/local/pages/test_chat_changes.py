"""What the chat of the start page shows besides new messages: ticks, typing, replies, edits, emojis and files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.local.conftest import FirstFolder
from tests.local.pages.conftest import OpenPage, Watched
from tests.support.local_server import LocalServer, running_server
from tests.support.start_page import say, sign_in_both

PHONE = {"width": 390, "height": 780}


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[LocalServer]:
    """A separate server, because other tests expect the messages of the history unchanged."""
    data = tmp_path_factory.mktemp("chat") / "data"
    shutil.copytree(first_folder("1"), data)
    with running_server(data) as started:
        yield started


@pytest.fixture
def watched(own_server: LocalServer, open_page: OpenPage) -> Watched:
    return open_page("/", on=own_server)


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def last(side: Locator, kind: str) -> Locator:
    return side.locator(f".stored .{kind}").last


def choose(message: Locator, name: str) -> None:
    message.locator("summary").click()
    message.get_by_role("button", name=name, exact=True).click()


def test_reading_and_typing_of_the_other_side_are_shown(open_page: OpenPage) -> None:
    student, tutor = sign_in_both(open_page("/").page)
    student.get_by_role("textbox").press_sequentially("Dzień")
    expect(tutor.get_by_text("Ola is typing …")).to_be_visible()
    say(student, "Dzień dobry!")
    expect(last(tutor, "theirs")).to_contain_text("Dzień dobry!")
    expect(tutor.get_by_text("Ola is typing …")).to_have_count(0)
    expect(last(student, "mine").get_by_role("img", name="Read")).to_be_visible()


@pytest.mark.proof
def test_messages_that_arrive_while_scrolled_up_are_counted(page: Page) -> None:
    student, tutor = sign_in_both(page)
    log = tutor.get_by_role("log")
    log.evaluate("log => { log.style.maxHeight = '90px'; log.scrollTop = 0; }")
    say(student, "Nowość")
    expect(tutor.get_by_text("1 unread")).to_be_visible()
    expect(last(student, "mine").get_by_role("img", name="Sent")).to_be_visible()
    log.evaluate("log => { log.scrollTop = log.scrollHeight; }")
    expect(tutor.get_by_text("1 unread")).to_be_hidden()
    expect(last(student, "mine").get_by_role("img", name="Read")).to_be_visible()


@pytest.mark.proof
def test_replies_edits_reactions_and_deletions_appear_on_both_sides(page: Page) -> None:
    student, tutor = sign_in_both(page)
    say(student, "Czy jutro o piątej?")
    expect(last(tutor, "theirs")).to_contain_text("Czy jutro o piątej?")
    choose(last(tutor, "theirs"), "Reply")
    say(tutor, "Tak")
    expect(last(student, "theirs").locator("blockquote")).to_have_text("Czy jutro o piątej?")
    choose(last(student, "mine"), "Edit")
    say(student, "Czy jutro o szóstej?")
    expect(last(tutor, "theirs").locator("p")).to_have_text("Czy jutro o szóstej?")
    expect(last(tutor, "theirs")).to_contain_text("edited")
    choose(last(tutor, "theirs"), "👍")
    liked = last(student, "mine").get_by_role("button", name="👍 1")
    expect(liked).to_have_attribute("aria-pressed", "false")
    liked.click()
    expect(last(tutor, "theirs").get_by_role("button", name="👍 2")).to_have_attribute("aria-pressed", "true")
    choose(last(student, "mine"), "Delete")
    for message in (last(student, "mine"), last(tutor, "theirs")):
        expect(message.locator("p")).to_have_text("Message deleted")
    page.reload()
    expect(last(tutor, "theirs").locator("p")).to_have_text("Message deleted")


@pytest.mark.proof
def test_a_picture_and_a_pdf_are_sent_and_shown(page: Page, tmp_path: Path) -> None:
    student, tutor = sign_in_both(page)
    picture, document = tmp_path / "rysunek.png", tmp_path / "zadania.pdf"
    Image.new("RGB", (40, 30), "red").save(picture)
    Image.new("RGB", (40, 30), "white").save(document)
    student.locator("input[type=file]").set_input_files(picture)
    shown = last(tutor, "theirs").get_by_role("link", name="rysunek.png").locator("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("async image => { await image.decode(); return image.naturalWidth; }") == 40
    student.locator("input[type=file]").set_input_files(document)
    link = last(tutor, "theirs").get_by_role("link", name="zadania.pdf")
    expect(link).to_be_visible()
    assert page.request.get(link.evaluate("link => link.href")).body().startswith(b"%PDF")


@pytest.mark.proof
def test_a_file_that_cannot_be_sent_is_explained(watched: Watched, tmp_path: Path) -> None:
    student, _tutor = sign_in_both(watched.page)
    program = tmp_path / "program.pdf"
    program.write_bytes(b"MZ\x90\x00\x03")
    student.locator("input[type=file]").set_input_files(program)
    expect(student.get_by_role("alert").get_by_text("can be attached")).to_be_visible()
    # The browser itself logs the refusal to the console.
    watched.forgive()


@pytest.mark.proof
def test_both_panes_fit_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a ViewportSize
    for pane in sign_in_both(page):
        box = pane.bounding_box()
        assert box
        assert box["height"] < PHONE["height"] / 2
        assert box["width"] <= PHONE["width"]
    page.locator("#panes").scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.proof
def test_every_message_is_reached_by_keyboard_and_the_log_is_a_single_tab_stop(page: Page) -> None:
    student, _tutor = sign_in_both(page)
    menus = student.locator(".stored summary")
    expect(student.locator(".stored summary[tabindex='0']")).to_have_count(1)
    menus.last.focus()
    page.keyboard.press("ArrowUp")
    expect(menus.nth(-2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(student.get_by_role("button", name="Reply")).to_be_visible()
    expect(student.locator(".stored summary[tabindex='0']")).to_have_count(1)
