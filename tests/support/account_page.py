"""The account page for tests: signing in, and adding second factors."""

import time
from base64 import b32decode

from playwright.sync_api import Locator, Page, expect

from functions.second_factors.domain.totp import STEP_SECONDS, password_at
from tests.support.qr_codes import assert_code_has_key
from tests.support.start_page import panel

PASSWORD = "Zielona!Herbata7"
CODE = "Code from your app, or a recovery code"


def sign_in(page: Page, email: str) -> None:
    form = page.get_by_role("form", name="Sign in")
    form.get_by_label("E-mail address").fill(email)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()


def factors(page: Page) -> Locator:
    return panel(page, "Second factor")


def expect_said(box: Locator, text: str) -> None:
    expect(box.get_by_role("status")).to_contain_text(text)


def shown_by_app(secret: bytes) -> str:
    return password_at(secret, int(time.time() // STEP_SECONDS))


def begin_app(page: Page) -> bytes:
    """Open the dialog of an authenticator app; returns the secret it shows."""
    factors(page).get_by_role("button", name="Add an authenticator app").click()
    dialog = page.get_by_role("dialog", name="Authenticator app")
    secret = b32decode(dialog.get_by_label("Key", exact=True).inner_text())
    assert_code_has_key(dialog)
    return secret


def confirm_app(page: Page, secret: bytes) -> list[str]:
    """Confirm the app; returns the recovery codes."""
    dialog = page.get_by_role("dialog", name="Authenticator app")
    dialog.get_by_label("The six digits that the app shows").fill(shown_by_app(secret))
    dialog.get_by_role("button", name="Confirm").click()
    expect_said(factors(page), "The app is now active.")
    return page.locator("#codes code").all_inner_texts()


def add_app(page: Page) -> list[str]:
    """Add an authenticator app; returns the recovery codes."""
    return confirm_app(page, begin_app(page))


def add_passkey(page: Page, name: str) -> None:
    factors(page).get_by_role("button", name="Add a passkey").click()
    dialog = page.get_by_role("dialog", name="Passkey", exact=True)
    dialog.get_by_label("Name of this device").fill(name)
    dialog.get_by_role("button", name="Add a passkey").click()


def add_passkey_with_code(page: Page, name: str, code: str) -> None:
    add_passkey(page, name)
    dialog = page.get_by_role("dialog", name="Add a passkey")
    dialog.get_by_label(CODE).fill(code)
    dialog.get_by_role("button", name="Continue").click()
    expect_said(factors(page), "The passkey is now active.")
