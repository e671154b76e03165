"""Pages of other sites, and on other ports of this machine, in the browser of a signed-in user."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from local.demo.accounts import STUDENT
from tests.support.local_server import LocalServer

# Sends to each URL, all at once, what a page can send there; returns what the page could read of the responses.
ATTACK = """async ([api, changes, body]) => {
  const read = []
  const fetched = async (path, options) => {
    try {
      const answer = await fetch(api + path, {credentials: "include", ...options})
      if (answer.ok) read.push(await answer.text())
    } catch { }
  }
  const submitted = (path, enctype) => new Promise((done) => {
    const frame = Object.assign(document.createElement("iframe"), {name: `${enctype} ${path}`})
    const form = Object.assign(document.createElement("form"), {action: api + path, method: "post", enctype})
    form.append(Object.assign(document.createElement("input"), {name: "first_name", value: "Zła"}))
    form.target = frame.name
    document.body.append(frame, form)
    frame.onload = done
    form.submit()
    setTimeout(done, 1000)
  })
  const heard = (address) => new Promise((done) => {
    const socket = new WebSocket(address)
    socket.onopen = () => socket.send('{"data": {"send_back_unread_notification_count": true}}')
    socket.onmessage = (message) => { read.push(message.data); done() }
    socket.onerror = done
  })
  const asked = {body, headers: {"Content-Type": "application/json"}}
  for (const [method, path] of changes) {
    navigator.sendBeacon(api + path, body)
    await Promise.all([
      fetched(path, {method: "POST", mode: "no-cors"}),
      fetched(path, {method: "POST", mode: "no-cors", body}),
      fetched(path, {method}),
      fetched(path, {method, ...asked}),
      fetched(path, {method, ...asked, referrerPolicy: "no-referrer"}),
      submitted(path, "application/x-www-form-urlencoded"),
      submitted(path, "multipart/form-data"),
      submitted(path, "text/plain"),
    ])
  }
  await fetched("user/profile/", {})
  await heard(api.replace("http", "ws").replace("/api/", "/ws/notification/user/"))
  return read
}"""
# Requests that end the session come last, because they would make the others fail.
CHANGES = (
    ("PATCH", "user/profile/"),
    ("POST", "reservation/reservation/"),
    ("POST", "chat/conversation/"),
    ("POST", "reporting/issue/create/"),
    ("POST", "token/refresh/"),
    ("DELETE", "user/delete/"),
    ("POST", "token/logout/"),
)
JSON_BODY = '{"first_name": "Zła", "last_name": "Nazwa"}'


@pytest.fixture
def pages() -> Iterator[int]:
    """A port that serves an empty page under every name of this machine."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@dataclass
class Attacks:
    """Changes by the status of their responses (without cookies: 401), and what the page could read."""

    refused: int = 0
    accepted: list[tuple[str, str, int]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def note(self, answer: Response) -> None:
        method = answer.request.method
        if "/v2/api/" not in answer.url or method in {"GET", "OPTIONS"}:
            return
        if answer.status in {401, 403}:
            self.refused += 1
        else:
            self.accepted.append((method, answer.url.partition("/v2/api/")[2], answer.status))


def attack(page: Page, url: str) -> Attacks:
    found = Attacks()
    page.on("response", found.note)
    found.read = page.evaluate(ATTACK, [f"{url}/v2/api/", CHANGES, JSON_BODY])
    return found


def signed_in(browser: Browser, url: str) -> BrowserContext:
    context = browser.new_context()
    answer = context.request.post(f"{url}/v2/api/token/", data={"email": STUDENT.email, "password": STUDENT.password})
    assert answer.status == 200
    assert {each["name"] for each in context.cookies()} == {"access", "refresh"}
    return context


@pytest.mark.proof
def test_no_cross_site_request_is_accepted(
    browser: Browser, pages: int, start_server: Callable[..., LocalServer]
) -> None:
    front = f"http://front.localhost:{pages}"
    server = start_server(FRONTEND2=front)
    url = server.url.replace("127.0.0.1", "localhost")
    context = signed_in(browser, url)
    before = context.request.get(f"{url}/v2/api/user/profile/").json()
    refused = 0
    # A page on this site, whose cookies browsers send, and pages on other sites.
    for host in ("localhost", "evil.localhost", "127.0.0.1"):
        page = context.new_page()
        page.goto(f"http://{host}:{pages}/")
        attacks = attack(page, url)
        assert (attacks.accepted, attacks.read) == ([], []), host
        refused += attacks.refused
        page.close()
    assert refused > 100, refused
    assert context.request.get(f"{url}/v2/api/user/profile/").json() == before
    context.close()


@pytest.mark.proof
def test_the_configured_frontend_may_do_what_other_sites_may_not(
    browser: Browser, pages: int, start_server: Callable[..., LocalServer]
) -> None:
    """The counter-test: requests that never arrive would not be accepted either."""
    server = start_server(FRONTEND2=f"http://localhost:{pages}")
    url = server.url.replace("127.0.0.1", "localhost")
    context = signed_in(browser, url)
    page = context.new_page()
    page.goto(f"http://localhost:{pages}/")
    attacks = attack(page, url)
    assert {("PATCH", "user/profile/", 200), ("POST", "token/refresh/", 200)} <= {*attacks.accepted}
    assert ("POST", "token/logout/", 204) in attacks.accepted
    context.close()
