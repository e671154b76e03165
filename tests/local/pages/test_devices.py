"""The devices on which users of the start page are signed in, and signing them out."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from local.demo.accounts import STUDENT
from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.start_page import panel, sign_in_both

DEVICES = "/api/token/devices/"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    page = open_page("/").page
    sign_in_both(page)
    return page


def devices(page: Page) -> Locator:
    return panel(page, "Ola’s devices")


@pytest.mark.proof
def test_devices_are_listed_with_place_and_time_and_can_be_signed_out(page: Page, server: LocalServer) -> None:
    box = devices(page)
    here = box.get_by_role("listitem").filter(has_text="This device")
    expect(here).to_have_text(re.compile(r"signed in from 127\.0\.0\.….*; last used"))
    expect(here.get_by_role("button")).to_have_count(0)
    access = server.sign_in(STUDENT.email, STUDENT.password)
    page.reload()
    other = box.get_by_role("listitem").filter(has_text="A browser").first
    other.get_by_role("button").click()
    expect(box.get_by_role("status")).to_have_text("That device is signed out.")
    assert server.call("GET", DEVICES, token=access).status_code == 401


@pytest.mark.proof
def test_the_country_is_shown_if_known(page: Page) -> None:
    device = {
        "id": "0a1b2c3d-0000-4000-8000-000000000000",
        "user_agent": "",
        "address": "198.51.100.9",
        "country": "DE",
        "created_at": "2035-01-01T00:30:00+01:00",
        "last_used_at": "2035-01-01T00:30:00+01:00",
        "current": False,
    }
    page.route(f"**{DEVICES}?*", lambda route: route.fulfill(json={"count": 1, "results": [device]}))
    page.reload()
    expect(devices(page).get_by_role("listitem")).to_contain_text("signed in from Germany, 198.51.100.…,")


@pytest.mark.proof
def test_all_other_devices_can_be_signed_out_and_this_one_stays(page: Page, server: LocalServer) -> None:
    access = server.sign_in(STUDENT.email, STUDENT.password)
    page.reload()
    box = devices(page)
    box.get_by_role("button", name="Sign out all").click()
    expect(box.get_by_role("status")).to_have_text("All other devices are signed out.")
    expect(box.get_by_role("listitem")).to_have_count(1)
    expect(box.get_by_text("This device")).to_be_visible()
    assert server.call("GET", DEVICES, token=access).status_code == 401
