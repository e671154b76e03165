"""Version 2 through both entry points."""

from collections.abc import Callable

import pytest

from local.features import ROUTERS
from shared.kit.http.app import http_app, http_handler
from shared.kit.http.versions import VersionedApi
from shared.versions import VERSIONS
from tests.conftest import read_settings_again
from tests.support.browser import FRONT, SECRET, Browser, CloudEntry, EntryPoint, LocalEntry
from tests.support.people import Person

LOCAL = LocalEntry(VersionedApi(http_app(*ROUTERS), VERSIONS))
CLOUD = CloudEntry(http_handler(*ROUTERS, versions=VERSIONS))


@pytest.fixture(params=["local", "cloud"])
def entry(request: pytest.FixtureRequest, platform: None, monkeypatch: pytest.MonkeyPatch) -> EntryPoint:
    """An entry point that allows one frontend to send cookies."""
    monkeypatch.setenv("CORS_ORIGINS", f"*,{FRONT}")
    if request.param == "cloud":
        monkeypatch.setenv("ORIGIN_SECRET", SECRET)
    read_settings_again()
    return LOCAL if request.param == "local" else CLOUD


@pytest.fixture
def browser(entry: EntryPoint) -> Browser:
    """The browser of a user who is not signed in."""
    return Browser(entry)


@pytest.fixture
def signed_in(entry: EntryPoint) -> Callable[[Person], Browser]:
    """Creates browsers of signed-in users; the tests of signing in do not use it."""

    def made(person: Person) -> Browser:
        found = Browser(entry)
        found.cookies = {"access": person.access, "refresh": person.refresh}
        return found

    return made
