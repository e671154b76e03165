"""Names, announcements, keyboard and contrast of the pages, and the findings of axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, expect

from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import entries, expect_result, open_tutor, panel, sign_in_both, slots

# WCAG 2.2, success criterion 1.4.3: minimum contrast of normal text.
LEAST_CONTRAST = 4.5

# Every visible text that has too little contrast with its background, as [text, ratio].
FAINT_TEXTS = """least => {
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
        .getContext("2d", { willReadFrequently: true });
    const paint = (colours) => {
        context.clearRect(0, 0, 1, 1);
        for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => element ? [...behind(element.parentElement), getComputedStyle(element).backgroundColor]
        : ["white"];
    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest(".visually-hidden, script"))
            continue;
        const background = behind(element);
        const [darker, lighter] = [paint(background), paint([...background, getComputedStyle(element).color])]
            .map(luminance).sort((one, other) => one - other);
        const ratio = (lighter + 0.05) / (darker + 0.05);
        if (ratio < least) faint.push([texts.currentNode.data.trim(), ratio]);
    }
    return faint;
}"""

UNNAMED = """() => [...document.querySelectorAll("input, select, textarea, button, a, iframe, [role=log]")]
    .filter((element) => element.checkVisibility())
    .filter((element) => !(element.labels?.length || element.getAttribute("aria-label")
        || element.getAttribute("aria-labelledby") || (element.matches("a, button") && element.innerText.trim())))
    .map((element) => element.outerHTML)"""


@pytest.fixture
def start(open_page: OpenPage) -> Page:
    page = open_page("/").page
    sign_in_both(page)
    for name in ("Ola’s sessions", "Ola’s waitlist", "Adam’s calendar", "Adam’s notifications"):
        expect(entries(page, name).first).to_be_visible()
    panel(page, "Adam’s calendar").get_by_role("button", name="Calendar link").click()
    expect(page.get_by_label("Address of the calendar")).to_be_visible()
    return page


@pytest.fixture
def signed_out(open_page: OpenPage) -> Page:
    page = open_page("/").page
    expect(page.locator("#found")).to_have_text("The best 6. There are more.")
    return page


@pytest.fixture
def details(open_page: OpenPage) -> Page:
    """A tutor's details, with a booking that got no response."""
    watched = open_page("/")
    page = watched.page
    open_tutor(page)
    page.route("**/api/reservation/reservation/", lambda route: route.abort())
    slots(page).first.click()
    expect_result(page, "The server is not responding.")
    watched.forgive()
    return page


@pytest.fixture
def question(start: Page) -> Page:
    entries(start, "Adam’s calendar").get_by_role("button", name="Cancel").first.click()
    expect(start.get_by_label("Reason")).to_be_visible()
    return start


@pytest.fixture
def inbox(open_page: OpenPage, server: LocalServer) -> Page:
    server.call("POST", "/api/user/password_reset/", json={"email": "ola.demo@example.com"})
    page = open_page("/_local/mail").page
    # It is not the first mail to Ola: the page may have opened another before it came.
    page.get_by_role("region", name="Mails").get_by_role("button", name="Resetowanie hasła").first.click()
    expect(page.get_by_role("button", name="Set it here")).to_be_visible()
    return page


# With the question, everything of the start page is visible.
@pytest.fixture(
    params=[
        "details",
        "question",
        *(pytest.param(each, marks=pytest.mark.proof) for each in ("signed_out", "start", "inbox")),
    ]
)
def page(request: pytest.FixtureRequest) -> Page:
    """Each page, with everything visible that it can show."""
    shown: Page = request.getfixturevalue(request.param)
    return shown


def test_contrast_suffices_controls_have_names_and_axe_finds_nothing(page: Page) -> None:
    assert page.evaluate(UNNAMED) == []
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    light, dark = (painted(page, scheme) for scheme in ("light", "dark"))
    assert light != dark
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def painted(page: Page, scheme: str) -> str:
    """The colour of the background, once all texts have enough contrast with it."""
    # With reduced motion, colours change at once.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two words
    assert page.evaluate(FAINT_TEXTS, LEAST_CONTRAST) == []
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_new_messages_are_announced(start: Page) -> None:
    logs = start.get_by_role("log")
    assert [log.get_attribute("aria-live") for log in logs.all()] == ["polite", "polite"]


def test_every_control_is_reached_by_keyboard_with_visible_focus(start: Page) -> None:
    expect(start.locator("#found")).to_have_text("The best 6. There are more.")
    start.evaluate("document.body.tabIndex = -1, document.body.focus()")
    reached: list[str] = []
    while not reached or reached[-1] != "Show more":
        assert len(reached) < 100, reached
        start.keyboard.press("Tab")
        name, outline = start.evaluate("""() => {
            const element = document.activeElement;
            const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText;
            return [name.split("\\n")[0].trim(), getComputedStyle(element).outlineStyle];
        }""")
        assert outline == "solid", name
        reached.append(name)
    chat = ("Sign out Ola", "Message from Ola", "Send as Adam")
    booking = ("See Adam’s free times", "Meeting room", "Adam confirms by hand", "Calendar link")
    for name in ("API documentation", *chat, *booking, "Skill", "Free times of Adam Zieliński", "Show more"):
        assert name in reached
