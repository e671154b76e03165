"""A user of the frontend: a browser profile of their own, and everything that went wrong in it."""

import re
from dataclasses import dataclass, field
from typing import Self

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, WebSocket, expect

PASSWORD = "Zielona1Herbata!"
# Milliseconds until something that must appear counts as missing.
PATIENCE = 15_000
# Requests that the frontend itself sends while nobody is signed in, or before it knows who is: its own faults, listed
# in section 9 of docs/contract-newer.md.
ITS_OWN = (
    r"^401 (POST|GET) .*/api/(token/(verify|refresh)|user/profile)/$",
    r"^page error: Object$",
    r"^page error: Minified React error #(418|422|423|425);",
    r"^404 GET .*/undefined$",
)


@dataclass
class Visitor:
    """`complaints` are page errors, error responses and failed requests, unless `expected`."""

    first_name: str
    last_name: str
    email: str
    front: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    sockets: list[WebSocket] = field(default_factory=list)

    @classmethod
    def at(cls, browser: Browser, front: str, first_name: str, last_name: str, host: str) -> Self:
        """A visitor with a new browser profile."""
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="pl-PL", timezone_id="Europe/Warsaw"
        )
        context.set_default_timeout(PATIENCE)
        email = f"{first_name}.{last_name}@{host}".lower()
        visitor = cls(first_name, last_name, email, front, context, context.new_page())
        visitor.watch(visitor.page)
        return visitor

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        page.on("response", self._check)
        page.on("requestfailed", self._lost)
        page.on("websocket", self._opened)

    def open(self, path: str) -> None:
        self.page.goto(self.front + path)

    def fill(self, **inputs: str) -> None:
        """Fill inputs and text areas by their names, focusing each like a user."""
        for name, value in inputs.items():
            self.page.locator(f"body [name={name}]").fill(value)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def expect_toast(self, text: str) -> None:
        """Wait for the toast, and close it, because at most three are shown."""
        toast = self.page.locator(".Toastify__toast", has_text=text).first
        expect(toast).to_be_visible()
        toast.get_by_label("close").click()
        expect(toast).to_be_hidden()

    def expecting(self, pattern: str) -> "Expecting":
        return Expecting(self, pattern)

    def _note(self, text: str) -> None:
        if not any(re.search(each, text) for each in (*ITS_OWN, *self.expected)):
            self.complaints.append(text)

    def _said(self, message: ConsoleMessage) -> None:
        # The browser also logs error responses.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._note(message.text)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets.append(socket)

    def _check(self, answer: Response) -> None:
        if answer.status >= 400:
            self._note(f"{answer.status} {answer.request.method} {answer.url}")

    def _lost(self, request: Request) -> None:
        # A page that is left cancels its requests.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"{request.failure} {request.method} {request.url}")


@dataclass
class Expecting:
    """A block in which complaints that match the pattern are expected."""

    visitor: Visitor
    pattern: str

    def __enter__(self) -> None:
        self.visitor.expected.append(self.pattern)

    def __exit__(self, *_error: object) -> None:
        self.visitor.expected.remove(self.pattern)
