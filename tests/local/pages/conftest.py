"""A real, monitored Chromium: console errors of a page or its requests to other hosts fail the test."""

import os
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from local.demo.accounts import STUDENT, TUTOR
from tests.support.account_page import PASSWORD
from tests.support.chromium import FLAGS, find_chromium
from tests.support.local_server import LocalServer
from tests.support.start_page import active_bookings, cancel_all

# Milliseconds to wait for an element that must appear.
PATIENCE = 15_000
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d) ")
expect.set_options(timeout=PATIENCE)
OpenPage = Callable[..., "Watched"]


# Playwright keeps an event loop running in this thread: it must have ended before other modules' tests run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium)
        if executable is None and not os.environ.get("CI"):
            pytest.skip("no Chromium: install one or name it in $CHROMIUM")
        with playwright.chromium.launch(executable_path=executable, args=FLAGS) as launched:
            yield launched


class Watched:
    """A page and its misbehaviour: complaints and requests to other hosts."""

    def __init__(self, page: Page, server: LocalServer) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.foreign_requests: list[str] = []
        # Error statuses that a test provokes on purpose; Chromium logs them.
        self.refusals: set[int] = set()
        self._host = urlsplit(server.url).netloc
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfinished", self._check)
        page.on("requestfailed", self._check)

    def _note(self, message: ConsoleMessage) -> None:
        if (refused := REFUSAL.match(message.text)) and int(refused[1]) in self.refusals:
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _check(self, request: Request) -> None:
        address = urlsplit(request.url)
        if request.failure == "csp":
            return  # the browser itself blocked the request
        if address.scheme not in {"data", "blob", "about"} and address.netloc != self._host:
            self.foreign_requests.append(request.url)

    def forgive(self) -> None:
        """Discard complaints that a test has caused on purpose."""
        self.complaints.clear()


@pytest.fixture
def open_page(browser: Browser, server: LocalServer, start_server: Callable[..., LocalServer]) -> Iterator[OpenPage]:
    """Opens pages of the server: `open_page("/", color_scheme="dark")`; each has a browser profile of its own.

    Depends on `start_server`, so that a test's servers stop after the pages that use them.
    """
    opened: list[Watched] = []

    def open_one(path: str, *, on: LocalServer = server, **options: object) -> Watched:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # options of many types
        context.set_default_timeout(PATIENCE)
        watched = Watched(context.new_page(), on)
        opened.append(watched)
        watched.page.goto(on.url + path)
        return watched

    yield open_one
    for watched in opened:
        if not watched.page.is_closed():
            # Responses that the test intercepts may still be in flight.
            watched.page.unroute_all(behavior="wait")
        watched.page.context.close()
    assert [watched.complaints for watched in opened if watched.complaints] == []
    assert [watched.foreign_requests for watched in opened if watched.foreign_requests] == []


# Other modules' tests may end the sessions of these two.
@pytest.fixture(scope="module")
def ola(server: LocalServer) -> str:
    """An access token of the demo student."""
    return server.sign_in(STUDENT.email, STUDENT.password)


@pytest.fixture(scope="module")
def tutor(server: LocalServer) -> str:
    """An access token of the demo tutor."""
    return server.sign_in(TUTOR.email, TUTOR.password)


@pytest.fixture
def student(server: LocalServer, ola: str) -> Iterator[str]:
    """An access token of the demo student; what the test has booked is cancelled."""
    before = {each["id"] for each in active_bookings(server, ola)}
    yield ola
    cancel_all(server, ola, before)


@pytest.fixture
def email(server: LocalServer) -> str:
    """The address of a confirmed account of the test's own, whose password is PASSWORD."""
    return add_account(server)


def add_account(server: LocalServer) -> str:
    """The address of a new confirmed account, whose password is PASSWORD."""
    email = f"own{time.monotonic_ns()}@example.com"
    assert server.call("POST", "/api/user/create/", json={"email": email, "password": PASSWORD}).status_code == 201
    confirm(server, email)
    return email


def confirm(server: LocalServer, email: str) -> None:
    token = server.mails(email)[0]["text"].partition("token=")[2].split()[0]
    assert server.call("POST", "/api/user/confirm_user/", json={"token": token}).status_code == 200


@pytest.fixture(scope="session")
def stranger(server: LocalServer) -> str:
    """An access token of another student, which no test may end."""
    return server.sign_in(add_account(server), PASSWORD)


@pytest.fixture
def rival(server: LocalServer, stranger: str) -> Iterator[str]:
    """An access token of another student; what the test has booked is cancelled."""
    yield stranger
    cancel_all(server, stranger, set())
