"""Starting, stopping and failing to start."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from local.demo.accounts import STUDENT
from local.engines.postgres import NOBODY, PASSABLE
from local.options import Options
from local.stack import prepare
from tests.local.conftest import FirstFolder
from tests.support.local_server import ROOT, LocalServer, assert_end, children, environment, free_port
from tests.support.people import query

Starter = Callable[..., LocalServer]


def command(process: int) -> str:
    """The name of the program a process runs."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "the expected event did not happen"
        time.sleep(0.1)


def test_a_server_prints_where_everything_is(server: LocalServer) -> None:
    for path in ("/", "/api/swagger/docs/", "/_local/mail"):
        assert re.search(rf"http://localhost:\d+{path}\n", server.output)
    assert f"{STUDENT.email}  {STUDENT.password}" in server.output


def test_the_previous_release_starts_on_a_newer_database(platform: None, tmp_path: Path) -> None:
    [(newest,)] = query("UPDATE alembic_version SET version_num = version_num RETURNING version_num")
    query("UPDATE alembic_version SET version_num = '9999'")
    try:
        prepare(Options(data=str(tmp_path), demo=False))
        assert query("SELECT version_num FROM alembic_version") == [("9999",)]
    finally:
        query("UPDATE alembic_version SET version_num = %s", newest)


def test_ctrl_c_stops_everything_and_stored_data_remains(start_server: Starter) -> None:
    first = start_server()
    running = children(first.process.pid)
    assert running
    token = first.sign_in(STUDENT.email, STUDENT.password)
    before = first.call("GET", "/api/chat/conversations/", token=token).json()
    assert first.stop() == 0
    assert_end(running)
    assert first.output.endswith("Stopped.\n")
    assert "Traceback" not in first.output
    second = start_server()
    assert second.call("GET", "/api/chat/conversations/", token=token).json() == before


@pytest.mark.proof
def test_a_killed_engine_is_restarted(start_server: Starter) -> None:
    server = start_server()
    for name, program in (("PostgreSQL", "postgres"), ("Valkey", "valkey-server")):
        engine = next(pid for pid in children(server.process.pid) if command(pid).startswith(program))
        os.kill(engine, signal.SIGKILL)
        wait_for(lambda line=f"{name} has ended; starting it again.": line in server.output)  # type: ignore[misc]
        wait_for(lambda: server.call("GET", "/health").status_code == 200)
        assert server.sign_in(STUDENT.email, STUDENT.password)
        assert engine not in children(server.process.pid)
    running = children(server.process.pid)
    assert server.stop() == 0
    assert_end(running)


@pytest.mark.parametrize(
    "workers", [pytest.param("2", marks=pytest.mark.proof), pytest.param("1", marks=pytest.mark.proof)]
)
def test_a_killed_server_takes_its_engines_down_and_can_be_restarted(start_server: Starter, workers: str) -> None:
    server = start_server(DEMO="0", WORKERS=workers)
    running = children(server.process.pid)
    server.process.kill()
    assert_end(running)
    assert start_server(DEMO="0").call("GET", "/health").status_code == 200


@pytest.mark.proof
def test_a_server_waits_until_the_database_of_a_killed_one_has_stopped(start_server: Starter) -> None:
    server = start_server(DEMO="0")
    running = children(server.process.pid)
    database = next(pid for pid in running if command(pid).startswith("postgres"))
    os.kill(database, signal.SIGSTOP)
    server.process.kill()

    def let_go() -> None:
        log = server.data / "postgres.log"
        try:
            wait_for(lambda: "postmaster.pid" in log.read_text())
        finally:
            os.kill(database, signal.SIGCONT)

    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(let_go)
        assert start_server(DEMO="0").call("GET", "/health").status_code == 200
        found.result()
    assert_end(running)


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_data_folder_is_readable_only_by_its_owner(first_folder: FirstFolder) -> None:
    """The server itself serves pictures: nobody else needs to read anything."""
    folder = first_folder("1")
    made = {each: permissions(each) for each in (folder, *folder.rglob("*"))}
    names = {"secret.key", "postgres.log", "dump.rdb", "default.jpg", "PG_VERSION"}
    assert names <= {each.name for each in made}
    assert {str(each): oct(mode) for each, mode in made.items() if mode & 0o077} == {}


@pytest.mark.proof
def test_a_data_folder_readable_by_others_is_restricted_at_startup(start_server: Starter, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("mail", "media", "valkey"):
        (data / name).mkdir(parents=True)
    (data / "valkey.log").touch()
    for each in (data, *data.iterdir()):
        each.chmod(0o755)
    server = start_server(data, DEMO="0")
    assert [oct(permissions(each)) for each in (data, *data.iterdir()) if permissions(each) & 0o077] == []
    assert permissions(data / "mail") == 0o700
    assert server.call("GET", "/static/media/uploads/user/default.jpg").status_code == 200


# Reports that it is in a user namespace, waits for its user mapping, and forbids further namespaces.
LAST_NAMESPACE = ["unshare", "--user", "sh", "-c", 'echo in; read -r _; exec sh -c "$0" sh "$@"']
LAST_NAMESPACE += ['echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"']


@contextmanager
def root_without_namespaces(*command: str, **options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command as a root user who, as in some containers, cannot create user namespaces."""
    process = subprocess.Popen(
        [*LAST_NAMESPACE, *command], cwd=ROOT, env=environment(**options), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == b"in\n"
    for kind in ("uid", "gid"):
        Path(f"/proc/{process.pid}/{kind}_map").write_text("0 0 65536")
    process.stdin.write(b"\n")
    process.stdin.close()
    with process:
        yield process


@pytest.mark.proof
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare"), reason="only root can run the database as user nobody"
)
def test_a_database_that_runs_as_user_nobody_reaches_only_its_own_folder() -> None:
    # Not in the folder of the tests, which the user nobody cannot enter.
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        data, port = Path(parent) / "data", free_port()
        command = (sys.executable, "-m", "local")
        with root_without_namespaces(*command, DATA=str(data), PORT=str(port), DEMO="0") as process:
            try:
                wait_until_healthy(f"http://localhost:{port}", process)
                assert (data / "postgres").stat().st_uid == NOBODY
                assert permissions(data) == PASSABLE
                assert [str(each) for each in data.iterdir() if permissions(each) & 0o077] == []
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(20) == 0


async def said_to_all(address: str, trust: ssl.SSLContext, body: str) -> list[str | bytes]:
    """What eight sockets receive when one of them sends a message.

    All in one thread: a client that reads in a separate thread may lose what it writes meanwhile, because before
    Python 3.13 nothing serializes two threads on one TLS connection.
    """
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(address, ssl=trust)) for _ in range(8)]
        await sockets[0].send(json.dumps({"event": "chat_message", "data": {"body": body}}))
        return [await asyncio.wait_for(each.recv(), 10) for each in sockets]


@pytest.mark.proof
def test_two_workers_serve_pages_and_sockets_over_tls_and_finish_at_sigterm(start_server: Starter) -> None:
    server = start_server(TLS="1", WORKERS="2")
    trust = ssl.create_default_context(cafile=str(server.data / "tls" / "authority.pem"))
    with httpx.Client(verify=trust) as browser:
        signed_in = browser.post(
            f"{server.url}/api/token/", json={"email": STUDENT.email, "password": STUDENT.password}
        ).json()
        headers = {"Authorization": f"Bearer {signed_in['access']}"}
        conversation = browser.get(f"{server.url}/api/chat/conversations/", headers=headers).json()[0]["id"]
    address = f"{server.url.replace('https', 'wss')}/ws/chat/{conversation}/?token={signed_in['access']}"
    with closing(asyncio.new_event_loop()) as loop:
        received = loop.run_until_complete(said_to_all(address, trust, "do wszystkich"))
    assert len(set(received)) == 1
    assert "do wszystkich" in str(received[0])
    running = children(server.process.pid)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert_end(running)


@pytest.mark.proof
def test_another_media_folder_gets_the_default_picture(start_server: Starter, tmp_path: Path) -> None:
    server = start_server(DEMO="0", MEDIA_FOLDER=str(tmp_path / "media"))
    assert server.call("GET", "/static/media/uploads/user/default.jpg").status_code == 200


def test_long_request_lines_are_accepted(server: LocalServer) -> None:
    query = "&".join(f"search_by_full_name=nobody{number}" for number in range(2_000))
    assert 60_000 < len(query) < 65_000
    assert server.call("GET", f"/api/user/tutor/search/?{query}").json() == []


def test_a_silent_client_delays_nobody(server: LocalServer) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as silent:
        silent.sendall(b"GET / HT")
        assert server.call("GET", "/health").status_code == 200


@pytest.mark.proof
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="an ordinary user runs all tests as one")
def test_a_server_runs_as_an_ordinary_user_too(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        ["unshare", "--user", "--map-user=1000", sys.executable, "-m", "local"],
        cwd=ROOT,
        env=environment(DATA=str(tmp_path / "data"), PORT=str(port), DEMO="0"),
    )
    try:
        wait_until_healthy(f"http://localhost:{port}", process)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def wait_until_healthy(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            assert httpx.get(f"{url}/health").status_code == 200
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server is not healthy")
