"""A further version is a module with only what differs; everything else is inherited."""

import pytest

from local.features import ROUTERS
from shared.kit.http.app import http_app, http_handler
from shared.kit.http.versions import VersionedApi
from shared.versions import VERSIONS
from shared.versions.cookie_version import CookieVersion
from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request
from tests.support.browser import FRONT, Browser, CloudEntry, EntryPoint, LocalEntry
from tests.support.people import PASSWORD, People

endpoints = Endpoints()


@endpoints.add("GET PATCH", "/api/user/profile/")
async def profile(request: Request, api: Api) -> Answer:
    """One name instead of two."""
    answer = await api(request)
    names = ("first_name", "last_name")
    kept = {key: value for key, value in answer.json.items() if key not in names}
    return answer.with_json({**kept, "name": " ".join(answer.json[each] for each in names)})


@pytest.fixture
def both(entry: EntryPoint) -> EntryPoint:
    """The entry point with an additional version."""
    versions = {**VERSIONS, "9": lambda: CookieVersion("/v9", endpoints, VERSIONS["2"]().endpoints)}
    if isinstance(entry, LocalEntry):
        return LocalEntry(VersionedApi(http_app(*ROUTERS), versions))
    return CloudEntry(http_handler(*ROUTERS, versions=versions))


def test_a_new_version_differs_only_in_what_its_module_defines(both: EntryPoint, people: People) -> None:
    ola = people.student(first_name="Ola", last_name="Nowak")
    browser = Browser(both)
    browser.sign_in(ola.email, PASSWORD)
    now = browser("GET", "user/profile/").json
    newer = browser("GET", "/v9/api/user/profile/")
    assert newer.json == {key: now[key] for key in newer.json if key != "name"} | {"name": "Ola Nowak"}
    assert newer.headers["access-control-allow-origin"] == FRONT
    page = browser("GET", "/v9/api/user/tutor/search/?page_size=15").json
    assert list(page) == ["count", "next", "previous", "results"]
    browser.origin, browser.site = "https://evil.example", "cross-site"
    refused = browser("PATCH", "/v9/api/user/profile/", {"first_name": "Zła"})
    assert (refused.status, refused.json["code"]) == (403, "cross_site_request")
    assert browser("GET", "/v8/api/user/profile/").json["code"] == "unknown_version"


def test_a_new_version_returns_urls_with_its_own_prefix(both: EntryPoint, people: People) -> None:
    for _ in range(2):
        people.tutor()
    found = Browser(both)("GET", "/v9/api/user/tutor/search/?page_size=1").json
    assert found["next"] == f"{both.own}/v9/api/user/tutor/search/?p=2&page_size=1"
