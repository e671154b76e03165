"""Interrupted restores, and backups of servers with another PostgreSQL."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from functions.migrations.service import upgrade
from local.backup.make import make_backup
from local.database import database
from local.engines.processes import Engine, socket_folder
from local.options import CannotStart, Options
from local.stack import RESTORING, claim
from tests.conftest import read_settings_again
from tests.local.conftest import FirstFolder
from tests.local.test_backup import archive, command, contents, restored
from tests.support.databases import new_database
from tests.support.local_server import ROOT, environment, running_server

OLDER = Path("/usr/lib/postgresql/15/bin")


def test_an_interrupted_restore_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / RESTORING).touch()
    with ExitStack() as stack, pytest.raises(CannotStart, match=r"was interrupted\. Run it again: make restore"):
        claim(tmp_path, stack)


def test_files_still_written_by_the_database_of_a_killed_restore_are_removed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    left_over = data / "restoring-postgres"
    left_over.mkdir(parents=True)
    ends = time.monotonic() + 0.5

    def write() -> None:
        for number in itertools.takewhile(lambda _: time.monotonic() < ends, itertools.count()):
            with suppress(FileNotFoundError):
                (left_over / str(number)).touch()

    with ThreadPoolExecutor() as threads:
        writing = threads.submit(write)
        with pytest.raises(CannotStart, match="database"):
            restored(Options(data=str(data)), archive(tmp_path / "backup.tar"))
        writing.result()
    assert not left_over.exists()


@pytest.mark.proof
def test_a_restore_killed_at_any_moment_can_be_repeated(first_folder: FirstFolder, tmp_path: Path) -> None:
    source, file = tmp_path / "source", tmp_path / "backup.tar"
    shutil.copytree(first_folder("0"), source)
    assert command("make", file, DATA=str(source)).returncode == 0
    with database(Options(data=str(source)), migrated=False) as url:
        before = contents(url)
    run = [sys.executable, "-m", "local.backup", "restore", str(file)]
    outcomes = set()
    for number in range(5):
        data = tmp_path / f"data-{number}"
        started = subprocess.Popen(run, cwd=ROOT, env=environment(DATA=str(data)), stderr=subprocess.DEVNULL)
        while number and not (data / RESTORING).exists() and started.poll() is None:
            time.sleep(0.01)
        time.sleep(0.2 * number)
        started.kill()
        started.wait()
        outcomes.add((data / RESTORING).exists())
        again = command("restore", file, DATA=str(data), FORCE="1")
        assert again.returncode == 0, again.stderr
        with database(Options(data=str(data)), migrated=False) as url:
            assert contents(url) == before
        assert not list(data.glob("restoring*"))
    assert True in outcomes
    with running_server(data, DEMO="0") as server:
        assert server.call("GET", "/health/ready").status_code == 200


@contextmanager
def older_server(folder: Path) -> Iterator[str]:
    """PostgreSQL 15 of the distribution, with a user and a password."""
    folder.mkdir()
    sockets, password = socket_folder(), folder / "password"
    password.write_text("tajne")
    launch = [sys.executable, "-m", "local.engines.launch", str(os.getpid()), str(int(signal.SIGKILL))]
    make = [str(OLDER / "initdb"), "-D", str(folder / "data"), "-U", "ola", "-A", "scram-sha-256"]
    make += ["--pwfile", str(password), "-E", "UTF8", "--locale", "C.UTF-8"]
    subprocess.run([*launch, *make], env=environment(), cwd=ROOT, check=True, capture_output=True)
    serve = [str(OLDER / "postgres"), "-D", str(folder / "data"), "-k", str(sockets), "-c", "listen_addresses="]
    with subprocess.Popen([*launch, *serve], env=environment(), cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"postgresql://ola:tajne@/{{}}?host={sockets}"
            wait_for(url.format("postgres"))
            with psycopg.connect(url.format("postgres"), autocommit=True) as db:
                db.execute("CREATE DATABASE tutoring")
            yield url.format("tutoring")
        finally:
            process.send_signal(signal.SIGINT)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


@pytest.mark.proof
@pytest.mark.skipif(not (OLDER / "postgres").exists(), reason="PostgreSQL 15 is not installed")
def test_backups_of_an_older_postgresql_lose_nothing(
    engines: dict[str, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with older_server(tmp_path / "older") as older:
        with monkeypatch.context() as there:
            there.setenv("DATABASE_URL", older)
            read_settings_again()
            upgrade()
        read_settings_again()
        with psycopg.connect(older) as db:
            db.execute("INSERT INTO users (email, password_hash) VALUES ('ola@example.com', 'x')")
        before, file = contents(older), tmp_path / "backup.tar"
        make_backup(Options(data=str(tmp_path / "data"), database_url=older), file)
        with new_database(engines) as ours:
            restored(Options(data=str(tmp_path / "ours"), database_url=ours), file)
            assert contents(ours) == before
            make_backup(Options(data=str(tmp_path / "data"), database_url=ours), tmp_path / "back.tar")
        restored(Options(data=str(tmp_path / "back"), database_url=older), tmp_path / "back.tar")
        assert contents(older) == before
