"""The local server behind the real nginx, with the configuration that the documentation gives."""

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import psycopg
import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from local.demo.accounts import STUDENT
from local.stack import DATABASE_URL_FILE
from shared.domain.limits import FAILURES_PER_ADDRESS
from shared.kit.http.request_body import MAX_BODY
from tests.local.conftest import FirstFolder
from tests.support.local_server import ROOT, LocalServer, free_port, running_server
from tests.support.uploads import encoded, quarters

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/opt/homebrew/bin")
T = TypeVar("T")
NAME = "tutoring.example.com"
# Addresses of this machine that are strangers to the proxy.
ONE, ANOTHER, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
FRAME = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


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
        """A client at an address."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=address)
        base = f"https://127.0.0.1:{self.port}"
        with httpx.Client(transport=transport, base_url=base, headers={"Host": NAME, **headers}, timeout=30) as client:
            client.event_hooks["request"] = [name_for_tls]
            yield client

    def socket(self, query: str, address: str = ONE) -> connect:
        uri = f"wss://{NAME}/ws/{query}"
        return connect(uri, ssl=self.trust, host="127.0.0.1", port=self.port, local_addr=(address, 0))


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


def site(folder: Path, ports: dict[str, int], certificate: trustme.LeafCert) -> str:
    """The documented configuration with the addresses and files of this test."""
    certificate.private_key_pem.write_to_path(folder / "privkey.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "fullchain.pem", append=True)
    replaced = {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{ports['server']};",
        "listen 80;": f"listen 127.0.0.1:{ports['plain']};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{ports['tls']} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        f"/etc/letsencrypt/live/{NAME}": str(folder),
        "/var/log/nginx": str(folder),
    }
    text = (ROOT / "infra" / "server" / "nginx.conf").read_text()
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    shutil.copytree(first_folder("1"), folder / "data")
    authority = trustme.CA()
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with ExitStack() as stack:
        server = stack.enter_context(running_server(folder / "data", TRUSTED_PROXIES="127.0.0.1"))
        ports = {"server": int(server.url.rpartition(":")[2]), "tls": free_port(), "plain": free_port()}
        (folder / "site.conf").write_text(site(folder, ports, authority.issue_cert(NAME)))
        (folder / "nginx.conf").write_text(FRAME.format(folder=folder))
        command = [str(NGINX), "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
        nginx = stack.enter_context(subprocess.Popen(command, stdin=subprocess.DEVNULL))
        stack.callback(nginx.terminate)
        started = Proxy(server, ports["tls"], ports["plain"], folder, trust)
        wait_for(lambda: answers(started), (folder / "error.log").read_text)
        yield started


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


def test_a_session_knows_its_client_s_address_whatever_the_client_says(proxy: Proxy) -> None:
    said = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.8", "X-Forwarded-Host": "evil.example"}
    with proxy.browser(ONE, **said) as browser:
        signed_in(browser)
        found = browser.get("/api/token/devices/").json()["results"]
        assert [each["address"] for each in found if each["current"]] == [ONE]
        feed = browser.post("/api/reservation/calendar/").json()["url"]
    assert feed.startswith(f"https://{NAME}/api/reservation/calendar/")


def test_the_address_of_a_feed_works_and_stays_out_of_the_log(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        signed_in(browser)
        path = browser.post("/api/reservation/calendar/").json()["url"].removeprefix(f"https://{NAME}")
        assert browser.get(path).headers["content-type"] == "text/calendar; charset=utf-8"
        assert browser.get("/api/skills/?secret=1").headers["strict-transport-security"]
    log = (proxy.folder / "tutoring.log").read_text()
    assert f"{ONE} [" in log
    assert "GET /api/skills/" in log
    assert "secret" not in log
    assert path not in log


def test_a_picture_goes_through(proxy: Proxy) -> None:
    picture = encoded(quarters(1_500, 990), "BMP")
    assert 4_400_000 < len(picture) < MAX_BODY
    with proxy.browser() as browser:
        signed_in(browser)
        answer = browser.patch("/api/user/profile_image/", files={"profile_image": ("me.bmp", picture)})
        assert answer.status_code == 200, answer.text
        shown = browser.get(answer.json()["profile_image"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")


def test_of_bodies_that_are_too_large_the_server_explains_and_nginx_ends_the_largest(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        signed_in(browser)
        files: dict[str, Any] = {"profile_image": ("me.png", b"x" * (MAX_BODY + 1))}
        explained = browser.patch("/api/user/profile_image/", files=files)
        assert (explained.status_code, explained.headers["content-type"]) == (413, "application/json")
        files = {"profile_image": ("me.png", b"x" * 9_000_000)}
        ended = browser.patch("/api/user/profile_image/", files=files)
        assert (ended.status_code, ended.headers["content-type"]) == (413, "text/html")


def test_long_addresses_go_through(proxy: Proxy) -> None:
    query = "&".join(f"search_by_full_name=nobody{number}" for number in range(2_000))
    with proxy.browser() as browser:
        assert browser.get(f"/api/user/tutor/search/?{query}").json() == []


def test_sockets_go_through_with_their_client_s_address(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        token = signed_in(browser)
        conversation = browser.get("/api/chat/conversations/").json()[0]["id"]

    async def talk() -> tuple[str, str]:
        async with proxy.socket(f"chat/{conversation}/?token={token}") as socket:
            await socket.send(json.dumps({"event": "chat_message", "data": {"body": "przez nginx"}}))
            heard = str(await asyncio.wait_for(socket.recv(), 10))
            return heard, await asyncio.to_thread(address_of_newest_connection, proxy.server)

    heard, address = run(talk())
    assert "przez nginx" in heard
    assert address == ONE


def address_of_newest_connection(server: LocalServer) -> str:
    """As the gateway's management knows it."""
    with psycopg.connect((server.data / DATABASE_URL_FILE).read_text()) as db:
        [(connection,)] = db.execute("SELECT id FROM connections ORDER BY connected_at DESC LIMIT 1").fetchall()
    known = server.call("GET", f"/@connections/{quote(connection, safe='')}").json()
    return str(known["identity"]["sourceIp"])


def test_a_socket_without_a_token_is_refused_through_it_too(proxy: Proxy) -> None:
    async def refused() -> int:
        with pytest.raises(InvalidStatus) as error:
            async with proxy.socket("chat/1/?token=none"):
                pass
        return error.value.response.status_code

    assert run(refused()) in {401, 403}


@pytest.mark.parametrize("path", ["/_local/mail", "/_local/mail/1", "/_local/frontend", "/@connections/x"])
@pytest.mark.parametrize("host", [NAME, "127.0.0.1"])
def test_what_is_for_the_machine_itself_is_not_shown_outside(proxy: Proxy, path: str, host: str) -> None:
    with proxy.browser(Host=host) as browser:
        assert browser.get(path).status_code == 404


def test_the_gateway_s_management_knows_who_is_on_this_machine(proxy: Proxy) -> None:
    """Even if a proxy let it through."""
    headers = {"X-Forwarded-For": "198.51.100.7"}
    asked = f"{proxy.server.url.replace('localhost', '127.0.0.1')}/@connections/x"
    assert httpx.get(asked).status_code == 410
    assert httpx.get(asked, headers=headers).status_code == 403


def test_the_pages_of_the_api_s_description_work(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        page = browser.get("/api/swagger/docs/")
        parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert parts
        assert {browser.get(part).status_code for part in parts} == {200}


def test_plain_http_leads_to_https(proxy: Proxy) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxy.plain_port}/api/skills/?a=1", headers={"Host": NAME})
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{NAME}/api/skills/?a=1")


def test_a_stranger_s_wrong_passwords_lock_out_that_stranger_only(proxy: Proxy) -> None:
    with proxy.browser(ANOTHER) as stranger:
        statuses = [
            sign_in(stranger, f"nobody{number}@example.com", "wrong").status_code
            for number in range(FAILURES_PER_ADDRESS.count + 1)
        ]
        assert (statuses[0], statuses[-1]) == (401, 429)
        assert sign_in(stranger).status_code == 429
    with proxy.browser(THIRD) as browser:
        signed_in(browser)
