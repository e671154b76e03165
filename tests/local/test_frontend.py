"""Serving a built single-page app from the API's own origin."""

import shutil
from collections.abc import Iterator

import httpx
import pytest

from tests.local.conftest import FirstFolder
from tests.support.local_server import LocalServer, running_server

HOST = "nauczajka.example"
SCRIPT = f'fetch("https://{HOST}/api/");new WebSocket(`wss://{HOST}/ws/chat/`);const x="{HOST}";'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder) -> Iterator[LocalServer]:
    base = tmp_path_factory.mktemp("frontend")
    folder = base / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>app</title>")
    (folder / "assets" / "main.js").write_text(SCRIPT)
    (folder / "assets" / "logo.svg").write_text(f"<svg>{HOST}</svg>")
    (folder / ".env").write_text("SECRET=1")
    (base / "secret.txt").write_text("secret")
    shutil.copytree(first_folder("0"), base / "data")
    with running_server(base / "data", DEMO="0", FRONTEND=str(folder), FRONTEND_HOST=HOST) as started:
        yield started


def test_scripts_use_the_host_of_the_request(server: LocalServer) -> None:
    own = server.url.removeprefix("http://")
    script = server.call("GET", "/assets/main.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text == f'fetch("http://{own}/api/");new WebSocket(`ws://{own}/ws/chat/`);const x="{own}";'
    assert HOST in server.call("GET", "/assets/logo.svg").text
    for path in ("/", "/assets/main.js", "/assets/logo.svg", "/any/page", "/missing.png", "/api/missing/"):
        assert server.call("GET", path).headers.get_list("x-content-type-options") == ["nosniff"]
    for host in ("korepetycje.example", "127.0.0.1:80", "[::1]:8000"):
        asked = httpx.get(f"{server.url}/assets/main.js", headers={"Host": host})
        assert f'x="{host}"' in asked.text
    for host in ('evil"><script>', "evil/x", "a b", "żółw"):
        asked = httpx.get(f"{server.url}/assets/main.js", headers={b"Host": host.encode()})
        assert (asked.status_code, asked.json()) == (400, {"message": "Bad Request"}), host


def test_paths_of_the_app_show_its_page_and_the_api_still_responds(server: LocalServer) -> None:
    for path in ("/", "/account/confirm-email/?token=1", "/tutors/5", "/v1.2/tutors", "/assets/"):
        assert "<title>app</title>" in server.call("GET", path).text, path
    assert server.call("GET", "/health").json()["status"] == "ok"
    assert server.call("GET", "/api/nope/").json() == {"detail": "Nie znaleziono."}
    assert len(server.call("GET", "/api/user/tutor/skills/").json()) == 18


def test_paths_that_no_file_can_have_show_the_app_s_page(server: LocalServer) -> None:
    for path in ("/%00", f"/{'a' * 300}", "/healthcare", "/%ff"):
        answer = server.call("GET", path)
        assert (answer.status_code, "<title>app</title>" in answer.text) == (200, True), path


def test_missing_hidden_and_outside_files_are_not_found(server: LocalServer) -> None:
    for path in ("/missing.js", "/assets/%00.js", "/.env", "/../secret.txt", "/..%2fsecret.txt"):
        answer = server.call("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Nie znaleziono."}), path


def test_mails_link_to_the_served_app(server: LocalServer) -> None:
    server.call("POST", "/api/user/create/", json={"email": "ola@example.com", "password": "Zielona!Herbata7"})
    assert f"{server.url}/account/confirm-email/?token=" in server.mails("ola@example.com")[0]["text"]
