"""The local server behind the real nginx, with the configuration in the documentation."""

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from functions.chat.domain.attachment_names import MAX_SIZE
from shared.domain.limits import FAILURES_PER_ADDRESS
from shared.kit.http.request_body import MAX_BODY
from tests.local.conftest import FirstFolder
from tests.support.local_server import ROOT, free_port, running_server
from tests.support.reverse_proxy import (
    ANOTHER,
    NAME,
    ONE,
    ORIGIN,
    THIRD,
    Proxy,
    address_of_newest_connection,
    assert_readable,
    assert_says_unavailable,
    attach_through,
    find_program,
    issue_certificate,
    replace_all,
    run,
    running_proxy,
    sign_in,
    signed_in,
    wait_for,
)
from tests.support.uploads import encoded, quarters

NGINX = find_program("nginx")
FRAME = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log stderr;
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


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    shutil.copytree(first_folder("1"), folder / "data")
    trust = issue_certificate(folder)
    with running_server(folder / "data", TRUSTED_PROXIES="127.0.0.1", COUNTRY_HEADER="CF-IPCountry") as server:
        started = Proxy(server, free_port(), free_port(), folder, trust)
        with running_nginx(started, site(started)):
            yield started


@contextmanager
def running_nginx(proxy: Proxy, configuration: str) -> Iterator[Proxy]:
    (proxy.folder / "site.conf").write_text(configuration)
    (proxy.folder / "nginx.conf").write_text(FRAME.format(folder=proxy.folder))
    command = [str(NGINX), "-p", str(proxy.folder), "-e", "stderr", "-c", f"{proxy.folder}/nginx.conf"]
    with running_proxy(command, proxy):
        yield proxy


def site(proxy: Proxy) -> str:
    replaced = {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{proxy.server.url.rpartition(':')[2]};",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        f"/etc/letsencrypt/live/{NAME}": str(proxy.folder),
        "/var/log/nginx": str(proxy.folder),
    }
    return replace_all((ROOT / "infra" / "server" / "nginx.conf").read_text(), replaced)


def test_a_session_records_its_client_s_address_whatever_the_client_claims(proxy: Proxy) -> None:
    said = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.8", "X-Forwarded-Host": "evil.example"}
    with proxy.browser(ONE, **said) as browser:
        signed_in(browser)
        found = browser.get("/api/token/devices/").json()["results"]
        assert [each["address"] for each in found if each["current"]] == [ONE]
        feed = browser.post("/api/reservation/calendar/").json()["url"]
    assert feed.startswith(f"https://{NAME}/api/reservation/calendar/")


def test_a_session_records_the_country_that_the_cdn_states(proxy: Proxy) -> None:
    with proxy.browser(ANOTHER, **{"CF-IPCountry": "PL"}) as browser:
        signed_in(browser)
        found = browser.get("/api/token/devices/").json()["results"]
    assert [each["country"] for each in found if each["current"]] == ["PL"]


def test_urls_that_act_as_passwords_work_and_are_not_logged(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        signed_in(browser)
        path = browser.post("/api/reservation/calendar/").json()["url"].removeprefix(f"https://{NAME}")
        assert browser.get(path).headers["content-type"] == "text/calendar; charset=utf-8"
        for mailed in ("/api/user/email_change/links/mailed/", "/api/notification/unsubscribe/mailed/"):
            assert browser.get(mailed).json()["code"], "the server answers, not nginx"
        assert browser.get("/api/skills/?secret=1").headers["strict-transport-security"]
    written = proxy.folder / "tutoring.log"
    # nginx writes the line only after it has sent the response.
    wait_for(lambda: "GET /api/skills/" in written.read_text(), written.read_text)
    log = written.read_text()
    assert f"{ONE} [" in log
    assert "secret" not in log
    assert path not in log
    assert "/mailed/" not in log


def test_pictures_pass_the_proxy(proxy: Proxy) -> None:
    picture = encoded(quarters(1_500, 990), "BMP")
    assert 4_400_000 < len(picture) < MAX_BODY
    with proxy.browser() as browser:
        signed_in(browser)
        answer = browser.patch("/api/user/profile_image/", files={"profile_image": ("me.bmp", picture)})
        assert answer.status_code == 200, answer.text
        shown = browser.get(answer.json()["profile_image"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")


def test_bodies_that_are_too_large_are_refused_by_the_server_and_the_largest_by_nginx(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        signed_in(browser)
        files: dict[str, Any] = {"profile_image": ("me.png", b"x" * (MAX_BODY + 1))}
        by_server = browser.patch("/api/user/profile_image/", files=files)
        assert (by_server.status_code, by_server.headers["content-type"]) == (413, "application/json")
        files = {"profile_image": ("me.png", b"x" * 9_000_000)}
        by_nginx = browser.patch("/api/user/profile_image/", files=files, headers={"Origin": ORIGIN})
    assert (by_nginx.status_code, by_nginx.json()) == (413, by_server.json())
    assert_readable(by_nginx)
    assert by_nginx.headers["strict-transport-security"] == by_server.headers["strict-transport-security"]


def test_an_absent_server_is_an_error_of_its_own_form(proxy: Proxy, tmp_path: Path) -> None:
    for name in ("fullchain.pem", "privkey.pem"):
        shutil.copy(proxy.folder / name, tmp_path)
    absent = replace(proxy.server, url=f"http://127.0.0.1:{free_port()}")
    alone = replace(proxy, server=absent, port=free_port(), plain_port=free_port(), folder=tmp_path)
    healthy = replace_all(site(alone), {"location / {": "location = /health { return 200; }\n    location / {"})
    with running_nginx(alone, healthy), alone.browser(Origin=ORIGIN) as browser:
        answer = browser.get("/api/skills/")
    assert_says_unavailable(answer, 502)


def test_errors_are_logged_without_tokens_in_queries(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        assert browser.post("/api/token/?token=hidden", content=b"x" * (MAX_SIZE + MAX_BODY)).status_code == 413
    log = proxy.folder / "tutoring.log"
    wait_for(lambda: '"POST /api/token/" 413' in log.read_text(), log.read_text)
    assert not [path for path in proxy.folder.glob("*.log") if "hidden" in path.read_text()]


def test_long_urls_pass_the_proxy(proxy: Proxy) -> None:
    query = "&".join(f"search_by_full_name=nobody{number}" for number in range(2_000))
    with proxy.browser() as browser:
        assert browser.get(f"/api/user/tutor/search/?{query}").json() == []


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
            await socket.send(json.dumps({"event": "chat_message", "data": {"body": "przez nginx"}}))
            heard = str(await asyncio.wait_for(socket.recv(), 10))
            return heard, await asyncio.to_thread(address_of_newest_connection, proxy.server)

    heard, address = run(talk())
    assert "przez nginx" in heard
    assert address == ONE


def test_idle_sockets_of_both_versions_stay_open(proxy: Proxy, tmp_path: Path) -> None:
    """A second nginx closes all other connections on which the server sends nothing for a second."""
    with proxy.browser() as browser:
        token = signed_in(browser)
        conversation = browser.get("/api/chat/conversations/").json()[0]["id"]
    for name in ("fullchain.pem", "privkey.pem"):
        shutil.copy(proxy.folder / name, tmp_path)
    impatient = replace(proxy, port=free_port(), plain_port=free_port(), folder=tmp_path)

    async def idle(version: str) -> str:
        socket_path = f"chat/{conversation}/?token={token}"
        async with impatient.socket(socket_path, version=version, cookie=f"access={token}") as socket:
            await asyncio.sleep(2.5)
            await socket.send(json.dumps({"event": "chat_message", "data": {"body": "still there"}}))
            return str(await asyncio.wait_for(socket.recv(), 10))

    shortened = {"proxy_read_timeout    60s;": "proxy_read_timeout    1s;"}
    with running_nginx(impatient, replace_all(site(impatient), shortened)):
        assert all("still there" in run(idle(version)) for version in ("", "/v2"))


def test_a_socket_without_a_token_is_refused_behind_the_proxy_too(proxy: Proxy) -> None:
    async def refused() -> int:
        with pytest.raises(InvalidStatus) as error:
            async with proxy.socket("chat/1/?token=none"):
                pass
        return error.value.response.status_code

    assert run(refused()) in {401, 403}


@pytest.mark.parametrize("path", ["/_local/mail", "/_local/mail/1", "/_local/frontend", "/@connections/x"])
@pytest.mark.parametrize("host", [NAME, "127.0.0.1"])
def test_internal_paths_are_not_served_to_the_outside(proxy: Proxy, path: str, host: str) -> None:
    with proxy.browser(Host=host) as browser:
        assert browser.get(path).status_code == 404


def test_the_gateway_s_management_api_accepts_only_local_callers(proxy: Proxy) -> None:
    """Even if a proxy passed the request on."""
    headers = {"X-Forwarded-For": "198.51.100.7"}
    asked = f"{proxy.server.url.replace('localhost', '127.0.0.1')}/@connections/x"
    assert httpx.get(asked).status_code == 410
    assert httpx.get(asked, headers=headers).status_code == 403


def test_the_api_documentation_works_behind_the_proxy(proxy: Proxy) -> None:
    with proxy.browser() as browser:
        page = browser.get("/api/swagger/docs/")
        parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert parts
        assert {browser.get(part).status_code for part in parts} == {200}


def test_plain_http_is_redirected_to_https(proxy: Proxy) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxy.plain_port}/api/skills/?a=1", headers={"Host": NAME})
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{NAME}/api/skills/?a=1")


@pytest.mark.proof
def test_wrong_passwords_lock_out_only_the_address_that_sent_them(proxy: Proxy) -> None:
    with proxy.browser(ANOTHER) as stranger:
        statuses = [
            sign_in(stranger, f"nobody{number}@example.com", "wrong").status_code
            for number in range(FAILURES_PER_ADDRESS.count + 1)
        ]
        assert (statuses[0], statuses[-1]) == (401, 429)
        assert sign_in(stranger).status_code == 429
    with proxy.browser(THIRD) as browser:
        signed_in(browser)
