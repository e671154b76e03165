"""Runs the platform as a separate program, the local server or the emulated AWS, during a block."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.local_server import ROOT, free_port

START_SECONDS = 60
STOP_SECONDS = 30


@contextmanager
def running_platform(folder: str, *, in_cloud: bool, demo: bool = False, **settings: str) -> Iterator[str]:
    """Yields its URL; the local server keeps its data below the folder. `settings` are environment variables."""
    port = str(free_port())
    options = {"PORT": port, "DATA": f"{folder}/data", "DEMO": str(int(demo)), **settings}
    # No cached copies: tests read recent changes without credentials, and a copy would be stale.
    module = ["tools.cloud", port, "--no-copies", *(["--demo"] if demo else [])] if in_cloud else ["local"]
    server = subprocess.Popen([sys.executable, "-m", *module], env={**os.environ, **options}, cwd=ROOT)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_local/mail?to=nobody")
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(STOP_SECONDS)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")
