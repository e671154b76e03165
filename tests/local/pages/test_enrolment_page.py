"""The page behind the operator's link, where staff add their second factor, in a real browser."""

import time
from base64 import b32decode
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from functions.second_factors.domain.totp import STEP_SECONDS, password_at
from tests.local.pages.conftest import OpenPage
from tests.local.pages.test_staff_page import go, sound
from tests.local.test_staff import printed_password, staff
from tests.support.local_server import LocalServer
from tests.support.qr_codes import assert_code_has_key
from tests.support.virtual_authenticator import VirtualAuthenticator


@pytest.mark.proof
def test_the_operator_s_link_adds_a_second_factor_with_which_staff_sign_in(
    open_page: OpenPage, server: LocalServer
) -> None:
    said = staff("add", "newcomer@example.com", DATA=str(server.data), PORT=str(urlsplit(server.url).port))
    password, link = printed_password(said), said.stdout.split()[-1]
    assert link.startswith(f"{server.url}/_staff/enrol/#")
    path = urlsplit(link)
    page = open_page(f"{path.path}#{path.fragment}").page
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("form", name="Confirm the app")).to_be_visible()
    secret = b32decode(page.get_by_label("Key", exact=True).inner_text().replace(" ", ""))
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert_code_has_key(page)
    page.get_by_label("The six digits that the app shows").fill(password_at(secret, int(time.time() // STEP_SECONDS)))
    sound(page)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="The app is active")).to_be_visible()
    recovery_code = page.locator("#codes code").first.inner_text()
    sound(page)
    watched = open_page("/_staff/")
    page = watched.page
    page.get_by_label("E-mail address").fill("newcomer@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code from your app, or a recovery code").fill(recovery_code)
    sound(page)
    page.get_by_role("button", name="Continue").click()
    go(page, "People")
    expect(page.locator("#entries > li").first).to_be_visible()
    watched.forgive()  # of the 401 response that asks for the code
    watched = open_page(f"{path.path}#{path.fragment}")
    watched.page.get_by_role("button", name="Begin").click()
    expect(watched.page.get_by_role("alert")).not_to_be_empty()
    watched.forgive()
    expect(open_page("/_staff/enrol/").page.get_by_role("button", name="Begin")).to_be_disabled()


@pytest.mark.proof
def test_the_operator_s_link_adds_a_passkey_with_which_staff_sign_in(open_page: OpenPage, server: LocalServer) -> None:
    said = staff("add", "passkey@example.com", DATA=str(server.data), PORT=str(urlsplit(server.url).port))
    password, link = printed_password(said), said.stdout.split()[-1]
    watched = open_page("/_staff/")
    page = watched.page
    authenticator = VirtualAuthenticator(page)
    page.goto(link)
    sound(page)
    page.get_by_label("Name of this device").fill("Laptop przy biurku")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="The passkey is active")).to_be_visible()
    expect(page.locator("#codes code")).to_have_count(10)
    assert [(each["isResidentCredential"], each["rpId"]) for each in authenticator.credentials] == [(True, "localhost")]
    page.goto(f"{server.url}/_staff/")
    page.get_by_label("E-mail address").fill("passkey@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Code from your app, or a recovery code")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    go(page, "People")
    page.get_by_role("button", name="Sign out", exact=True).click()
    sound(page)
    page.get_by_role("button", name="Use a passkey").click()
    go(page, "Audit trail")
    expect(page.get_by_role("listitem").first).to_contain_text("add")
    page.get_by_role("button", name="Sign out", exact=True).click()
    authenticator.refuse()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    watched.forgive()  # of the 401 response that asks for a second factor
