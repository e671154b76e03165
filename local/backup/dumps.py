"""Dumping databases to files and restoring them, with PostgreSQL's own programs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from local.engines.postgres import postgres_binary
from local.options import CannotStart

CHUNK = 1024 * 1024
# A setting that pg_dump of version 17 and later writes and earlier servers do not know.
NEW_SETTING = b"SET transaction_timeout = 0;"
START_OVER = b"DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
HAS_TABLES = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"


class DumpFailed(CannotStart):
    """One of PostgreSQL's programs failed; the text is its reason."""


@dataclass(frozen=True)
class Moment:
    """A consistent view of the database: an exported snapshot, its revision, and the pictures of its accounts."""

    snapshot: str
    revision: str
    pictures: frozenset[str]


@contextmanager
def moment(url: str) -> Iterator[Moment]:
    """Keep a snapshot of the database open during the block, while others go on writing. Raises DumpFailed."""
    with psycopg.connect(url) as db:
        db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        db.read_only = True
        if db.execute("SELECT to_regclass('public.alembic_version')").fetchall()[0][0] is None:
            raise DumpFailed("The database is empty: there is nothing to back up.")
        [(snapshot, revision)] = db.execute("SELECT pg_export_snapshot(), version_num FROM alembic_version").fetchall()
        pictures = db.execute("SELECT picture FROM users WHERE picture IS NOT NULL").fetchall()
        yield Moment(snapshot, revision, frozenset(key for (key,) in pictures))


def dump(url: str, snapshot: str, path: Path) -> None:
    """Dump that snapshot of a database into a file. Raises DumpFailed."""
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}"]
    command = [postgres_binary("pg_dump"), *options, *_database(url)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, env=_environment(url), check=False)
    if ended.returncode:
        raise DumpFailed(f"The database was not dumped: {_reason(ended.stderr)}")


def is_filled(url: str) -> bool:
    with psycopg.connect(url) as db:
        return bool(db.execute(HAS_TABLES).fetchall()[0][0])


def load(url: str, path: Path) -> None:
    """Load a dump into a database in one transaction: completely or not at all. Raises DumpFailed."""
    reader = [postgres_binary("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(path)]
    writer = [
        postgres_binary("psql"),
        "-X",
        "-q",
        "-1",
        "-f",
        "-",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        os.devnull,
        *_database(url),
    ]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(reader, stdout=pipe, stderr=pipe) as read,
        subprocess.Popen(writer, stdin=pipe, stderr=pipe, env=_environment(url)) as write,
    ):
        complaint = _pass_on(read, write)
    if read.returncode or write.returncode:
        raise DumpFailed(f"The database was not restored: {_reason(complaint)}")
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("ANALYZE")


def _pass_on(read: "subprocess.Popen[bytes]", write: "subprocess.Popen[bytes]") -> bytes:
    """The error of either process; a failing reader ends the writer before it commits."""
    if not (read.stdout and read.stderr and write.stdin and write.stderr):
        raise AssertionError("all of them are pipes")
    try:
        write.stdin.write(START_OVER)
        write.stdin.write(read.stdout.read(CHUNK).replace(NEW_SETTING, b"", 1))
        while chunk := read.stdout.read(CHUNK):
            write.stdin.write(chunk)
        complaint = read.stderr.read()
        if read.wait():
            write.kill()
            return complaint
        write.stdin.close()
        return write.stderr.read()
    except BrokenPipeError:  # the writer has failed, and gives the reason
        read.kill()
        return write.stderr.read()
    finally:
        with suppress(BrokenPipeError):
            write.stdin.close()


def _database(url: str) -> list[str]:
    """The URL for the command line, without the password, because every user of the machine can read it."""
    parts: dict[str, Any] = {**conninfo_to_dict(url), "password": None}
    return ["-d", make_conninfo(**parts)]


def _environment(url: str) -> dict[str, str]:
    password = conninfo_to_dict(url).get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def _reason(complaint: bytes) -> str:
    lines = complaint.decode(errors="replace").strip().splitlines()
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "it was ended")
