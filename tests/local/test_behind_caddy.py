"""The local server behind the real Caddy, with the configuration in the documentation."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from functions.chat.domain.attachment_names import MAX_SIZE
from shared.kit.http.request_body import MAX_BODY
from tests.local.conftest import FirstFolder
from tests.support.local_server import ROOT, environment, free_port, running_server
from tests.support.reverse_proxy import (
    NAME,
    ONE,
    Proxy,
    address_of_newest_connection,
    attach_through,
    find_program,
    issue_certificate,
    replace_all,
    run,
    running_proxy,
    signed_in,
    wait_for,
)
from tests.support.uploads import encoded, quarters

CADDY = find_program("caddy")
# No certificate from outside, and no other ports.
GLOBAL = "\n{\n\tadmin off\n\tauto_https off\n"

pytestmark = [pytest.mark.proof, pytest.mark.skipif(CADDY is None, reason="caddy is not installed")]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("caddy")
    shutil.copytree(first_folder("1"), folder / "data")
    trust = issue_certificate(folder)
    with running_server(folder / "data", TRUSTED_PROXIES="127.0.0.1") as server:
        started = Proxy(server, free_port(), 0, folder, trust)
        (folder / "Caddyfile").write_text(site(started))
        command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
        with running_proxy(command, started, **environment(HOME=str(folder))):
            yield started


def site(proxy: Proxy) -> str:
    files = f"{proxy.folder}/fullchain.pem {proxy.folder}/privkey.pem"
    replaced = {
        "\n{\n": GLOBAL,
        f"\n{{$DOMAIN:{NAME}}} {{": f"\nhttps://{NAME}:{proxy.port} {{\n\tbind 127.0.0.1\n\ttls {files}",
        "{$SERVER:127.0.0.1:8000} {": f"127.0.0.1:{proxy.server.url.rpartition(':')[2]} {{",
    }
    return replace_all((ROOT / "infra" / "server" / "Caddyfile").read_text(), replaced)


def test_a_session_records_its_client_s_address_whatever_the_client_claims(proxy: Proxy) -> None:
    said = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.8", "X-Forwarded-Host": "evil.example"}
    with proxy.browser(ONE, **said) as browser:
        signed_in(browser)
        found = browser.get("/api/token/devices/").json()["results"]
        assert [each["address"] for each in found if each["current"]] == [ONE]
        feed = browser.post("/api/reservation/calendar/").json()["url"]
        assert browser.get("/health").headers["strict-transport-security"]
    assert feed.startswith(f"https://{NAME}/api/reservation/calendar/")


def test_pictures_pass_the_proxy_and_bodies_that_are_too_large_do_not(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        signed_in(browser)

        def change(content: bytes) -> int:
            files: dict[str, Any] = {"profile_image": ("me.bmp", content)}
            return browser.patch("/api/user/profile_image/", files=files).status_code

        assert change(encoded(quarters(1_500, 990), "BMP")) == 200
        assert change(b"x" * (MAX_BODY + 1)) == 413


def test_errors_are_logged_without_urls_that_carry_tokens(proxy: Proxy, tmp_path: Path) -> None:
    absent = replace(proxy.server, url=f"http://127.0.0.1:{free_port()}")
    alone = Proxy(absent, free_port(), 0, tmp_path, issue_certificate(tmp_path))
    healthy = site(alone).replace("\n\tbind", "\n\trespond /health 200\n\tbind", 1)
    (tmp_path / "Caddyfile").write_text(healthy)
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", f"{tmp_path}/Caddyfile"]
    with running_proxy(command, alone, **environment(HOME=str(tmp_path))), alone.browser() as browser:
        assert browser.get("/ws/chat/1/?token=hidden").status_code == 502
        log = tmp_path / "output.log"
        wait_for(lambda: '"logger":"http.log.error' in log.read_text(), log.read_text)
    assert "hidden" not in log.read_text()


def test_attachments_pass_the_proxy(proxy: Proxy) -> None:
    content = b"x" * MAX_SIZE
    with proxy.browser() as browser:
        signed_in(browser)
        fetched = attach_through(browser, content)
    assert (fetched.status_code, fetched.content == content) == (200, True)
    assert fetched.headers["content-disposition"].startswith("attachment; ")


def test_sockets_pass_the_proxy_with_their_client_s_address(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        token = signed_in(browser)
        conversation = browser.get("/api/chat/conversations/").json()[0]["id"]

    async def talk() -> tuple[str, str]:
        async with proxy.socket(f"chat/{conversation}/?token={token}") as socket:
            await socket.send(json.dumps({"event": "chat_message", "data": {"body": "przez Caddy"}}))
            heard = str(await asyncio.wait_for(socket.recv(), 10))
            return heard, await asyncio.to_thread(address_of_newest_connection, proxy.server)

    heard, address = run(talk())
    assert "przez Caddy" in heard
    assert address == ONE


@pytest.mark.parametrize("path", ["/_local/mail", "/_local/mail/1", "/_local/frontend", "/@connections/x"])
def test_internal_paths_are_not_served_to_the_outside(proxy: Proxy, path: str) -> None:
    with proxy.browser() as browser:
        answer = browser.get(path)
    assert (answer.status_code, answer.text) == (404, "")
