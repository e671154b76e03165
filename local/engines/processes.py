"""Engines beside the server: how they are started, kept running and stopped, and the folder of their sockets."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local.options import CannotStart
from shared.kit.observability.log import logger

START_TIMEOUT = 30.0
STOP_TIMEOUT = 20.0
SOCKETS_PREFIX = "tutoring-sockets-"
# A folder without a lock must be this old before its process counts as dead.
UNLOCKED_SECONDS = 60.0
# When an engine's log exceeds this many bytes, the next start begins a new one and keeps only this one.
MAX_LOG = 10_000_000


class Engine:
    """A running engine: how to reach it, how to start it, and the signal for a clean shutdown."""

    def __init__(
        self, name: str, url: str, start: Callable[[], "subprocess.Popen[bytes]"], stop_signal: signal.Signals
    ) -> None:
        self.name = name
        self.url = url
        self.stop_signal = stop_signal
        self._start = start
        self._stopped = False
        self._lock = threading.Lock()
        self.process = start()

    def stop(self) -> None:
        self._stopped = True
        with self._lock:
            if self.process.poll() is None:
                self.process.send_signal(self.stop_signal)
                try:
                    self.process.wait(STOP_TIMEOUT)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()

    def keep_running(self) -> None:
        """Restart it whenever it ends before `stop`; if it will not start, end this process."""
        threading.Thread(target=self._keep, name=f"keep {self.name}", daemon=True).start()

    def _keep(self) -> None:
        while not self._stopped:
            self.process.wait()
            with self._lock:
                if self._stopped:
                    return
                logger().warning("%s has ended; starting it again.", self.name)
                try:
                    self.process = self._start()
                except CannotStart as reason:
                    logger().error(str(reason))
                    os.kill(os.getpid(), signal.SIGTERM)
                    return


def socket_folder() -> Path:
    """A short path for sockets: the system allows only about a hundred characters.

    It is locked while this process lives; folders of killed processes are removed.
    """
    _remove_dead_folders(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX))
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)
    return folder


def _remove_dead_folders(parent: Path) -> None:
    """Remove this user's folders that no process holds; a new one may not be locked yet."""
    for folder in parent.glob(f"{SOCKETS_PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            if found.st_uid != os.geteuid() or time.time() - found.st_mtime < UNLOCKED_SECONDS:
                continue
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(opened)


def launched(command: list[str], death_signal: signal.Signals) -> list[str]:
    return [sys.executable, "-m", "local.engines.launch", str(os.getpid()), str(int(death_signal)), *command]


def spawn(command: list[str], death_signal: signal.Signals, log: Path) -> "subprocess.Popen[bytes]":
    """In its own session: Ctrl-C reaches only the server, which stops its engines after itself."""
    if log.exists() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_name(f"{log.name}.old"))
    with log.open("ab") as output:
        return subprocess.Popen(
            launched(command, death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def wait_for(name: str, process: "subprocess.Popen[bytes]", log: Path, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not answers():
        if process.poll() is not None:
            raise CannotStart(f"{name} did not start: {last_line(log)} (log: {log})")
        if time.monotonic() > deadline:
            process.kill()
            raise CannotStart(f"{name} did not answer within {START_TIMEOUT:.0f} seconds (log: {log})")
        time.sleep(0.01)


def last_line(log: Path) -> str:
    """The last error in a log, with the detail that PostgreSQL gives in the line after it."""
    lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
    errors = [number for number, line in enumerate(lines) if "FATAL" in line or "error" in line.lower()]
    last = errors[-1] if errors else len(lines) - 1
    _, detail, text = lines[last + 1].partition("DETAIL:") if lines[last + 1 :] else ("", "", "")
    return f"{lines[last].strip()}: {text.strip()}" if detail else lines[last].strip()
