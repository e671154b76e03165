"""A reverse proxy in front of a local server, and clients at IP addresses other than the proxy's."""

import asyncio
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import psycopg
import trustme
from websockets.asyncio.client import connect

from local.demo.accounts import STUDENT
from local.stack import DATABASE_URL_FILE
from shared.kit.errors import Unavailable
from tests.support.local_server import LocalServer

T = TypeVar("T")
NAME = "tutoring.example.com"
# Addresses of this machine that the proxy does not trust.
ONE, ANOTHER, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
# Another site, whose pages read what a proxy answers itself.
ORIGIN = "https://app.example.com"
PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


def find_program(name: str) -> str | None:
    """Find a program, also in folders that are only on root's PATH."""
    return shutil.which(name, path=PLACES)


@dataclass
class Proxy:
    """A running nginx, and the server behind it."""

    server: LocalServer
    port: int
    plain_port: int
    folder: Path
    trust: ssl.SSLContext

    @contextmanager
    def browser(self, address: str = ONE, **headers: str) -> Iterator[httpx.Client]:
        """A client with this source address."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=address)
        base = f"https://127.0.0.1:{self.port}"
        with httpx.Client(transport=transport, base_url=base, headers={"Host": NAME, **headers}, timeout=30) as client:
            client.event_hooks["request"] = [name_for_tls]
            yield client

    def socket(self, query: str, address: str = ONE, *, version: str = "", **headers: str) -> connect:
        """A socket; `version` is the prefix of an API version, such as `/v2`."""
        uri = f"wss://{NAME}{version}/ws/{query}"
        return connect(
            uri, ssl=self.trust, host="127.0.0.1", port=self.port, local_addr=(address, 0), additional_headers=headers
        )


def name_for_tls(request: httpx.Request) -> None:
    request.extensions["sni_hostname"] = NAME


def sign_in(browser: httpx.Client, email: str = STUDENT.email, password: str = STUDENT.password) -> httpx.Response:
    return browser.post("/api/token/", json={"email": email, "password": password})


def signed_in(browser: httpx.Client) -> str:
    answer = sign_in(browser)
    assert answer.status_code == 200, answer.text
    browser.headers["Authorization"] = f"Bearer {answer.json()['access']}"
    return str(answer.json()["access"])


def run(conversation: Coroutine[Any, Any, T]) -> T:
    with closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(conversation)


def issue_certificate(folder: Path) -> ssl.SSLContext:
    """Write `fullchain.pem` and `privkey.pem` for a name into a folder; returns an SSL context that trusts them."""
    authority = trustme.CA()
    certificate = authority.issue_cert(NAME)
    certificate.private_key_pem.write_to_path(folder / "privkey.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "fullchain.pem", append=True)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return trust


def replace_all(text: str, replaced: dict[str, str]) -> str:
    """A configuration from the docs, with the addresses and files of a test."""
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def running_proxy(command: list[str], proxy: Proxy, **environment: str) -> Iterator[Proxy]:
    """Run the proxy until the block ends."""
    with (proxy.folder / "output.log").open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment or None
        )
    with process:
        try:
            wait_for(lambda: answers(proxy), (proxy.folder / "output.log").read_text)
            yield proxy
        finally:
            process.terminate()


def answers(proxy: Proxy) -> bool:
    try:
        with proxy.browser() as browser:
            return browser.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def wait_for(what: Callable[[], bool], explanation: Callable[[], str]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, explanation()
        time.sleep(0.05)


def assert_readable(answer: httpx.Response) -> None:
    """Assert that a page of another site can read an error of the proxy, also if it sent cookies."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"


def assert_says_unavailable(answer: httpx.Response, status: int) -> None:
    """Assert that a proxy which gets no response says so as the server says that its database does not answer."""
    body = {"detail": Unavailable.detail, "code": Unavailable.code}
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (status, body, "5")
    assert_readable(answer)


def address_of_newest_connection(server: LocalServer) -> str:
    """The client address of the newest connection, as the gateway's management API reports it."""
    with psycopg.connect((server.data / DATABASE_URL_FILE).read_text()) as db:
        [(connection,)] = db.execute("SELECT id FROM connections ORDER BY connected_at DESC LIMIT 1").fetchall()
    known = server.call("GET", f"/@connections/{quote(connection, safe='')}").json()
    return str(known["identity"]["sourceIp"])


def attach_through(browser: httpx.Client, content: bytes) -> httpx.Response:
    """Attach a text file in the first conversation of the signed-in user; returns the response to downloading it."""
    conversation = browser.get("/api/chat/conversations/").json()[0]["id"]
    new = {"name": "zażółć.txt", "size": len(content)}
    ticket = browser.post(f"/api/chat/conversations/{conversation}/attachments/", json=new).json()
    # Only the URL's path: the tests' proxies have ports of their own.
    answer = browser.post(urlsplit(ticket["url"]).path, data=ticket["fields"], files={"file": ("blob", content)})
    assert answer.status_code == 204, answer.text
    return browser.get(browser.post(f"/api/chat/attachments/{ticket['id']}/complete/").json()["url"])
