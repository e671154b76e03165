"""The account page of the local server in a real browser: registration, second factors, passkeys, change of address."""

import time

import pytest
from playwright.sync_api import Page, Route, expect

from local.demo.accounts import STUDENT
from tests.local.pages.conftest import OpenPage, Watched, confirm
from tests.local.pages.test_staff_page import sound
from tests.support.account_page import (
    CODE,
    PASSWORD,
    add_app,
    add_passkey,
    add_passkey_with_code,
    begin_app,
    confirm_app,
    expect_said,
    factors,
    sign_in,
)
from tests.support.local_server import LocalServer
from tests.support.start_page import card, panel
from tests.support.virtual_authenticator import VirtualAuthenticator

PATH = "/_local/account"


@pytest.fixture
def watched(open_page: OpenPage) -> Watched:
    return open_page(PATH)


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def test_an_authenticator_app_is_added_used_to_sign_in_and_removed(watched: Watched, page: Page, email: str) -> None:
    watched.refusals = {401, 403}
    sign_in(page, email)
    expect(page.get_by_role("heading", name="How you sign in")).to_be_focused()
    expect_said(factors(page), "your password alone")
    codes = add_app(page)
    assert len(codes) == 10
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_focused()
    factors(page).get_by_role("button", name="I have saved them").click()
    expect(page.locator("#codes")).to_have_count(0)
    expect(factors(page).get_by_role("heading", name="Second factor")).to_be_focused()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
    sign_in(page, email)
    expect(page.get_by_label(CODE)).to_be_focused()
    page.get_by_label(CODE).fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    expect(factors(page)).to_contain_text("9 left")
    factors(page).get_by_role("button", name="Turn off").click()
    dialog = page.get_by_role("dialog", name="Turn the second factor off?")
    dialog.get_by_label(CODE).fill("000 000")
    dialog.get_by_role("button", name="Turn it off").click()
    expect(dialog.get_by_role("alert")).to_contain_text("(wrong_code)")
    dialog.get_by_label(CODE).fill(codes[1])
    dialog.get_by_role("button", name="Turn it off").click()
    expect_said(factors(page), "You now sign in with your password alone.")
    expect(factors(page).get_by_role("listitem")).to_have_count(0)


def test_on_the_narrowest_phone_the_key_and_the_code_fit(page: Page, email: str) -> None:
    page.set_viewport_size({"width": 320, "height": 740})
    sign_in(page, email)
    factors(page).get_by_role("button", name="Add an authenticator app").click()
    dialog = page.get_by_role("dialog", name="Authenticator app")
    expect(dialog.get_by_label("Key", exact=True)).to_be_visible()
    assert dialog.evaluate("each => each.scrollWidth - each.clientWidth") == 0


def sign_in_again_by_passkey(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(factors(page)).to_be_visible()


@pytest.mark.proof
def test_a_passkey_is_added_renamed_used_to_sign_in_alone_and_removed(watched: Watched, page: Page, email: str) -> None:
    watched.refusals = {403, 409}
    authenticator = VirtualAuthenticator(page)
    sign_in(page, email)
    authenticator.refuse()
    add_passkey(page, "Laptop")
    dialog = page.get_by_role("dialog", name="Passkey", exact=True)
    expect(dialog.get_by_role("alert")).to_contain_text("No passkey was used")
    authenticator.accept()
    dialog.get_by_role("button", name="Add a passkey").click()
    expect_said(factors(page), "The passkey is now active.")
    expect(page.locator("#codes code")).to_have_count(10)
    sound(page)
    factors(page).get_by_role("button", name="Rename Laptop").click()
    dialog = page.get_by_role("dialog", name="Rename the passkey")
    dialog.get_by_label("Name of this device").fill("Laptop w domu")
    sound(page)
    dialog.get_by_role("button", name="Save").click()
    expect(factors(page)).to_contain_text("not used yet")
    sign_in_again_by_passkey(page)
    expect(factors(page)).to_contain_text("Laptop w domu")
    factors(page).get_by_role("button", name="Remove Laptop w domu").click()
    dialog = page.get_by_role("dialog", name="Remove this passkey?")
    dialog.get_by_role("button", name="Use a passkey").click()
    # The passkey alone was enough to sign in.
    dialog.get_by_label("Your password").fill("Zielona!Woda8")
    dialog.get_by_role("button", name="Remove it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not the account’s password")
    dialog.get_by_label("Your password").fill(PASSWORD)
    sound(page)
    dialog.get_by_role("button", name="Remove it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("(last_factor)")
    dialog.get_by_role("button", name="Cancel").click()
    expect_said(factors(page), "Nothing was changed.")
    assert len(authenticator.credentials) == 1


def test_a_change_before_the_list_is_loaded_again_asks_for_the_new_factor(page: Page, email: str) -> None:
    VirtualAuthenticator(page)
    sign_in(page, email)
    expect_said(factors(page), "your password alone")
    secret = begin_app(page)
    delayed: list[Route] = []

    def delay(route: Route) -> None:
        delayed.append(route)

    page.route("**/api/user/second_factors/", delay, times=1)
    codes = confirm_app(page, secret)
    add_passkey_with_code(page, "Telefon", codes[0])
    assert len(delayed) == 1


@pytest.mark.proof
def test_each_second_factor_authorizes_changes_of_the_others(watched: Watched, page: Page, email: str) -> None:
    watched.refusals = {401}
    VirtualAuthenticator(page)
    sign_in(page, email)
    codes = add_app(page)
    add_passkey_with_code(page, "Telefon", codes[0])
    page.get_by_role("button", name="Sign out", exact=True).click()
    sign_in(page, email)
    page.get_by_role("button", name="Back").click()
    sign_in(page, email)
    expect(page.get_by_label(CODE)).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    factors(page).get_by_role("button", name="Make new recovery codes").click()
    page.get_by_role("dialog").get_by_role("button", name="Use a passkey").click()
    expect_said(factors(page), "The previous codes no longer work.")
    assert not {*codes} & {*page.locator("#codes code").all_inner_texts()}
    factors(page).get_by_role("button", name="Replace the app").click()
    page.get_by_role("dialog").get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("form", name="Confirm the app")).to_be_visible()
    sound(page)
    page.keyboard.press("Escape")
    expect_said(factors(page), "Nothing was changed.")
    factors(page).get_by_role("button", name="Remove Telefon").click()
    page.get_by_role("dialog").get_by_role("button", name="Use a passkey").click()
    expect_said(factors(page), "Removed: Telefon.")


def test_the_own_address_is_recognized_before_the_list_is_loaded(page: Page, email: str) -> None:
    delayed: list[Route] = []

    def delay(route: Route) -> None:
        delayed.append(route)

    page.route("**/api/user/me/", delay, times=1)
    sign_in(page, email)
    box = panel(page, "E-mail address")
    box.get_by_label("New address").fill(email.upper())
    box.get_by_role("button", name="Change the address").click()
    expect(box.get_by_role("alert")).to_contain_text("already your address")
    assert len(delayed) == 1


@pytest.mark.proof
def test_a_change_of_address_is_requested_withdrawn_and_confirmed(
    watched: Watched, page: Page, email: str, server: LocalServer
) -> None:
    watched.refusals = {400}
    sign_in(page, email)
    box = panel(page, "E-mail address")
    for wrong, complaint in (
        (email.upper(), "already your address"),
        ("ola@localhost", "cannot be sent to that address"),
    ):
        box.get_by_label("New address").fill(wrong)
        box.get_by_role("button", name="Change the address").click()
        expect(box.get_by_role("alert")).to_contain_text(complaint)
    for new in (f"withdrawn-{email}", f"new-{email}"):
        box.get_by_label("New address").fill(new)
        box.get_by_role("button", name="Change the address").click()
        expect_said(box, f"A link was mailed to {new}.")
        expect(box.get_by_role("listitem")).to_have_count(2)
        if new.startswith("withdrawn"):
            box.get_by_role("button", name=f"Withdraw the change to {new}").click()
            expect(box.get_by_role("listitem")).to_have_count(1)
    page.reload()
    expect(box.get_by_role("listitem").last).to_contain_text(f"new-{email}")
    sound(page)
    page.set_viewport_size({"width": 320, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    link = next(word for word in server.mails(f"new-{email}")[-1]["text"].split() if "/email_change/links/" in word)
    assert server.call("POST", link.removeprefix(server.url)).status_code == 200
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(box.get_by_role("listitem")).to_have_count(1)
    expect(box.get_by_role("listitem")).to_contain_text(f"new-{email}")


@pytest.mark.proof
def test_a_new_account_is_registered_confirmed_and_signed_in(watched: Watched, page: Page, server: LocalServer) -> None:
    watched.refusals = {400, 401}
    email = f"registered{time.monotonic_ns()}@example.com"
    sound(page)
    form = page.get_by_role("form", name="Register")
    form.get_by_label("First name").fill("Nina")
    form.get_by_label("E-mail address").fill(email)
    for password, taught, complaint in (
        ("password1", False, "too easy to guess"),
        (PASSWORD, True, "Email must end with"),
        (PASSWORD, False, None),
    ):
        form.get_by_label("Password").fill(password)
        form.get_by_label("I teach").set_checked(taught)
        form.get_by_role("button", name="Register").click()
        if complaint:
            expect(form.get_by_role("alert")).to_contain_text(complaint)
    expect(page.get_by_text(f"A link was mailed to {email}.")).to_be_focused()
    sign_in(page, email)
    told = page.get_by_role("form", name="Sign in").get_by_role("alert")
    expect(told).to_contain_text("not confirmed yet")
    page.get_by_role("form", name="Sign in").get_by_label("Password").fill("Zielona!Woda8")
    page.get_by_role("button", name="Sign in").click()
    expect(told).to_contain_text("(wrong_credentials)")
    confirm(server, email)
    sign_in(page, email)
    expect(panel(page, "E-mail address")).to_contain_text(email)


@pytest.mark.proof
def test_a_demo_account_is_asked_for_its_second_factor_too(open_page: OpenPage, server: LocalServer) -> None:
    """With made-up responses, because other tests use the demo account too."""
    watched = open_page("/")
    page = watched.page
    tokens = server.call("POST", "/api/token/", json={"email": STUDENT.email, "password": STUDENT.password}).json()
    refusal = {"detail": "x", "code": "second_factor_required", "ticket": "t"}
    page.route("**/api/token/", lambda route: route.fulfill(status=401, json=refusal))
    page.route("**/api/token/second_factor/", lambda route: route.fulfill(json=tokens))
    enter = card(page, STUDENT).get_by_role("button", name="Sign in as Ola")
    enter.click()
    dialog = page.get_by_role("dialog", name="Second factor of Ola")
    dialog.get_by_role("button", name="Cancel").click()
    expect(card(page, STUDENT).get_by_role("alert")).to_have_text("Not signed in.")
    enter.click()
    sound(page)
    dialog.get_by_label(CODE).fill("287082")
    with page.expect_request("**/api/token/second_factor/") as sent:
        dialog.get_by_role("button", name="Continue").click()
    assert sent.value.post_data_json == {"ticket": "t", "code": "287082"}
    expect(card(page, STUDENT).get_by_text("Signed in", exact=True)).to_be_visible()
    expect(dialog).to_be_hidden()
    watched.forgive()
