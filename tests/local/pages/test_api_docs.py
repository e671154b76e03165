"""The API documentation in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from local.openapi import description
from tests.local.pages.conftest import OpenPage


@pytest.mark.proof
def test_groups_are_closed_in_the_order_of_the_schema_and_can_be_filtered(open_page: OpenPage) -> None:
    page = open_page("/api/swagger/docs/").page
    groups = page.locator(".opblock-tag-section h3")
    schema = description()
    used = list(dict.fromkeys(operation["tags"][0] for path in schema["paths"].values() for operation in path.values()))
    described = [tag["name"] for tag in schema.get("tags", [])]
    expected = sorted(used, key=lambda name: described.index(name) if name in described else len(described))
    expect(groups).to_have_text([re.compile(f"^{re.escape(name)}") for name in expected])
    expect(page.locator(".opblock")).to_have_count(0)
    page.get_by_placeholder("Filter by tag").fill("chat")
    expect(groups).to_have_text([re.compile("^chat")])
    groups.first.click()
    expect(page.locator(".opblock").first).to_be_visible()


@pytest.mark.proof
def test_the_token_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page("/api/swagger/docs/").page
    page.locator(".auth-wrapper .authorize").click()
    page.locator(".auth-container", has_text="http, Bearer").get_by_role("textbox").fill("a token")
    page.locator(".auth-container", has_text="http, Bearer").get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Close").first.click()
    page.reload()
    expect(page.locator(".auth-wrapper .authorize.locked")).to_be_visible()
