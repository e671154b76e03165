"""The local server as its users start it: a separate process, with a free port and a folder of the test."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0
# A response that needs a second of processor time, such as the API description, takes many on a busy machine.
ANSWER_TIMEOUT = 60.0
# Below the ports that the system gives out by itself: until a server listens, one of those may be given to another
# program. Each test process has a range of its own, and begins somewhere in it.
PORTS_EACH = 1_500
FIRST_PORT = 20_000 + PORTS_EACH * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8)
PORTS = cycle(FIRST_PORT + (os.getpid() + number) % PORTS_EACH for number in range(PORTS_EACH))
# Variables of a user's shell; the settings of this test process are not passed on.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
# Mails about bookings are sent without delay; the delay is tested in tests/functions/mail. The limit of statements, for
# which see tests/layers/kit/test_statement_limits.py, is higher than any test pauses a transaction on a busy machine.
FOR_TESTS = {"BOOKING_MAIL_MINUTES": "0", "DATABASE_STATEMENT_SECONDS": "300"}


@dataclass
class LocalServer:
    """A running `python -m local`; `output` is what it has printed so far."""

    url: str
    data: Path
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    def call(self, method: str, path: str, *, token: str = "", json: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # No certificate check: loading the certificates takes longer than the call.
        return httpx.request(method, self.url + path, headers=headers, json=json, timeout=ANSWER_TIMEOUT, verify=False)

    def sign_in(self, email: str, password: str) -> str:
        """An access token."""
        answer = self.call("POST", "/api/token/", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access"])

    def mails(self, to: str, number: int = 1) -> list[dict[str, Any]]:
        """The mails to an address, once there are at least `number`."""
        deadline = time.monotonic() + 10
        while len(mails := self.call("GET", f"/_local/mail?to={to}").json()) < number:
            assert time.monotonic() < deadline, f"no mail to {to}"
            time.sleep(0.05)
        return list(mails)

    def stop(self) -> int:
        """Stop it by Ctrl-C; returns the exit code."""
        return self._end(signal.SIGINT)

    def terminate(self) -> int:
        """Stop it as service managers do; returns the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, so that it cannot stop its engines; asserts that they end by themselves."""
        running = children(self.process.pid)
        self._end(signal.SIGKILL)
        assert_end(running)

    def _end(self, how: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(STOP_TIMEOUT)


def children(process: int) -> list[int]:
    """All descendants of a process, including the engines."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    direct = [int(pid) for pid in found.stdout.split()]
    return direct + [below for each in direct for below in children(each)]


def is_running(process: int) -> bool:
    """Whether a process runs; a zombie does not count."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "XZ"


def assert_end(processes: list[int]) -> None:
    deadline = time.monotonic() + 15
    while alive := [pid for pid in processes if is_running(pid)]:
        assert time.monotonic() < deadline, f"still running: {alive}"
        time.sleep(0.05)


def environment(**options: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers'}", **FOR_TESTS, **options}


def free_port() -> int:
    """A free port that no other test process is given."""
    while True:
        port = next(PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def start(data: Path, **options: str) -> LocalServer:
    """Start a server without waiting until it is healthy; `options` as for `running_server`."""
    port = options.pop("PORT", None) or str(free_port())
    log = data.with_suffix(".log")
    scheme = "https" if options.get("TLS") == "1" else "http"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env=environment(PORT=port, DATA=str(data), **options),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return LocalServer(f"{scheme}://localhost:{port}", data, process, log)


@contextmanager
def running_server(data: Path, **options: str) -> Iterator[LocalServer]:
    """A server on a data folder; `options` are environment variables such as DEMO="0"."""
    server = start(data, **options)
    try:
        _wait_until_healthy(server)
        yield server
    finally:
        server.stop()


def _wait_until_healthy(server: LocalServer) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert server.process.poll() is None, f"the server did not start:\n{server.output}"
        try:
            if httpx.get(f"{server.url}/health", verify=False, timeout=5).status_code == 200:  # self-signed
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server is not healthy:\n{server.output}")
