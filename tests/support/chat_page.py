"""The live chat of the start page, as tests use it."""

from playwright.sync_api import Locator, Page, expect

from local.demo.accounts import STUDENT, TUTOR, DemoAccount


def pane(page: Page, account: DemoAccount) -> Locator:
    return page.get_by_role("article", name=f"{account.first_name} {account.last_name}, {account.role}")


def sign_in_both(page: Page) -> tuple[Locator, Locator]:
    """The student's pane and the tutor's, both live and with what was said before."""
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
    """The texts of the messages that are stored."""
    return side.locator(".stored li p").all_inner_texts()
