"""Deploys while people use the platform: the previous code keeps working, and two deploys do not collide."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest

from functions.migrations import service
from local.engines.processes import Engine
from tests.conftest import read_settings_again
from tests.infra.test_migrations import migrate, rows
from tests.support.databases import new_database
from tests.support.paused_transactions import wait_until

# The first release with today's names: from there on, expand and contract.
FIRST = "0006"
WRITERS, WRITES_A_SECOND = 4, 200
# Seconds for which a long request holds a table.
HELD = 5.0
PEOPLE = 40

# What the first release writes, one statement or transaction per request. The values are a number, unique in a run,
# and a person's place among PEOPLE.
REQUESTS: tuple[tuple[str, ...], ...] = (
    (
        "INSERT INTO users (email, password_hash) VALUES ('new' || %(number)s || '@example.com', '!')",
        "INSERT INTO mail_outbox (kind, recipient) VALUES ('confirm_email', 'new' || %(number)s || '@example.com')",
    ),
    ("INSERT INTO sign_in_sessions (user_id, expires_at) SELECT user_id, now() FROM tutors WHERE id = %(place)s",),
    ("UPDATE users SET last_name = 'Nowak' || %(number)s WHERE email = 'tutor' || %(place)s || '@prz.edu.pl'",),
    ("UPDATE tutors SET price = 50 + %(place)s, description = 'Opis' WHERE id = %(place)s",),
    (
        "SELECT FROM tutors WHERE id = %(place)s FOR UPDATE",
        "DELETE FROM schedule_items WHERE tutor_id = %(place)s",
        "INSERT INTO schedule_items (tutor_id, starts_at, ends_at) VALUES (%(place)s, '2035-01-10', '2035-01-11')",
    ),
    (
        "DELETE FROM ratings WHERE tutor_id = %(place)s",
        """INSERT INTO ratings (tutor_id, student_id, rating, review)
        SELECT %(place)s, user_id, 4, 'Dobrze' FROM tutors WHERE id = 1""",
    ),
    (
        """WITH numbered AS (UPDATE conversations SET last_seq = last_seq + 1 RETURNING id, last_seq)
        INSERT INTO messages (conversation_id, seq, id, created_by, body)
        SELECT id, last_seq, gen_random_uuid(), gen_random_uuid(), 'Hej' FROM numbered""",
    ),
    ("UPDATE mail_outbox SET sent_at = now() WHERE id IN (SELECT min(id) FROM mail_outbox WHERE sent_at IS NULL)",),
)

LATER = '''
"""A later release: a column, a check, and an index built beside the traffic."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("nickname", sa.Text(), server_default="", nullable=False))
    op.execute("ALTER TABLE tutors ADD CONSTRAINT tutors_price_sane CHECK (price < 100000) NOT VALID")
    op.execute("ALTER TABLE tutors VALIDATE CONSTRAINT tutors_price_sane")
    with op.get_context().autocommit_block():
        op.create_index("messages_by_author", "messages", ["created_by"], postgresql_concurrently=True)
'''


@pytest.fixture
def database(engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a database of the first release with people in it, to which the settings point too."""
    with new_database(engines) as address:
        migrate(address, FIRST)
        fill(address)
        monkeypatch.setenv("DATABASE_URL", address)
        monkeypatch.setattr(service, "PAUSE", 0.2)
        # A deploy brings few migrations, this one all of them: each gets as many tries.
        monkeypatch.setattr(service, "TRIES", service.TRIES * len([*service.SCRIPTS.glob("versions/*.py")]))
        read_settings_again()
        yield address
    monkeypatch.undo()
    read_settings_again()


def fill(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(
            "INSERT INTO users (email, password_hash, is_tutor)"
            " SELECT 'tutor' || n || '@prz.edu.pl', '!', true FROM generate_series(1, %s) n",
            (PEOPLE,),
        )
        db.execute("INSERT INTO tutors (user_id) SELECT id FROM users ORDER BY email")
        db.execute("INSERT INTO conversations (pair) VALUES ('1 2')")


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations beyond today's, in the folder from which the function takes them."""
    scripts = tmp_path / "migrations"
    shutil.copytree(service.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name.partition("_")[0] for path in (scripts / "versions").glob("*.py"))
    (scripts / "versions" / "9999_later.py").write_text(LATER.format(before=newest))
    monkeypatch.setattr(service, "SCRIPTS", scripts)
    return scripts


@dataclass
class Traffic:
    """The results of the requests: the seconds they took, and errors."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def traffic(address: str, warm_up: float) -> Iterator[Traffic]:
    """People write while the block runs, `warm_up` seconds before and after it."""
    seen, stopping = Traffic(), threading.Event()
    threads = [threading.Thread(target=write, args=(address, first, seen, stopping)) for first in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(warm_up)
        yield seen
        time.sleep(warm_up)
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def write(address: str, first: int, seen: Traffic, stopping: threading.Event) -> None:
    """One of WRITERS, at a fixed rate: delayed requests are caught up with."""
    begun, number = time.monotonic(), first
    with psycopg.connect(address, autocommit=True, prepare_threshold=1) as db:
        while not stopping.is_set():
            due = begun + number / WRITES_A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            started = time.monotonic()
            try:
                request(db, number)
            except psycopg.Error as error:
                seen.errors.append(f"{type(error).__name__}: {error}")
            seen.seconds.append(time.monotonic() - started)
            number += WRITERS


def request(db: psycopg.Connection[Any], number: int) -> None:
    values = {"number": number, "place": number % PEOPLE + 1}
    with db.transaction():
        for statement in REQUESTS[number // WRITERS % len(REQUESTS)]:
            db.execute(statement.encode(), values)


@pytest.mark.parametrize("warm_up", [0.5, pytest.param(20.0, marks=pytest.mark.proof)])
def test_no_request_fails_while_the_database_is_migrated(database: str, later: Path, warm_up: float) -> None:
    with traffic(database, warm_up) as seen:
        assert service.upgrade_beside_traffic()
    assert seen.errors == []
    assert len(seen.seconds) > 2 * WRITERS * len(REQUESTS)
    # Most are not held up at all, none for long: on a busy machine fewer are made in a second.
    assert median(seen.seconds) < 0.3
    assert max(seen.seconds) < 3.0
    assert rows(database, "SELECT version_num FROM alembic_version") == [("9999",)]
    assert rows(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'messages_by_author'::regclass") == [
        (True,)
    ]


@pytest.mark.proof
def test_a_migration_that_removes_what_the_old_code_uses_is_detected(database: str, later: Path) -> None:
    """The counter-test of the test above."""
    script = later / "versions" / "9999_later.py"
    script.write_text(
        script.read_text().replace(
            "    op.add_column(", '    op.drop_column("mail_outbox", "recipient")\n    op.add_column(', 1
        )
    )
    with traffic(database, 0.5) as seen:
        service.upgrade_beside_traffic()
    assert any("recipient" in error for error in seen.errors)


@pytest.mark.proof
def test_a_migration_waits_for_a_long_request_and_then_succeeds(database: str, later: Path) -> None:
    """Requests queued behind it wait no longer than the lock timeout."""
    with psycopg.connect(database) as holder, traffic(database, 0.5) as seen:
        holder.execute("SELECT count(*) FROM users")
        threading.Timer(HELD, holder.rollback).start()
        started = time.monotonic()
        assert service.upgrade_beside_traffic()
        assert time.monotonic() - started > HELD - 0.5
    assert seen.errors == []
    assert max(seen.seconds) < HELD


DEPLOY = """
import pathlib, sys
from functions.migrations import service
service.SCRIPTS, service.PAUSE = pathlib.Path(sys.argv[1]), 0.1
service.upgrade_beside_traffic()
"""


def deploys_at_once(scripts: Path, address: str, *, until: str = "true") -> list[int]:
    """The exit statuses of three concurrent deploys of the later release that need the same table.

    The table is locked until all are connected, and `until` is true for each of their connections.
    """
    migrate(address, "head")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PGAPPNAME": "deploy"}
    command = [sys.executable, "-c", DEPLOY, str(scripts)]
    with psycopg.connect(address) as holder:
        holder.execute("LOCK TABLE tutors IN ACCESS EXCLUSIVE MODE")
        deploys = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(3)]
        wait_until(lambda: rows(address, DEPLOYS.format(condition=until))[0][0] == len(deploys))
    return [each.wait(100) for each in deploys]


DEPLOYS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'deploy' AND {condition}
"""


@pytest.mark.proof
def test_concurrent_deploys_migrate_once(database: str, later: Path) -> None:
    """Even if one builds an index concurrently, which waits for open snapshots."""
    assert deploys_at_once(later, database) == [0, 0, 0]
    assert rows(database, "SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.proof
def test_concurrent_deploys_fail_without_taking_turns(database: str, later: Path) -> None:
    """The counter-test. None gives way, so that all read the revision before the first has finished."""
    entry = later / "env.py"
    text = entry.read_text().replace("pg_try_advisory_lock(:key)", "true OR :key = 0")
    entry.write_text(text.replace("lock_timeout = '300ms'", "lock_timeout = '60s'"))
    assert any(deploys_at_once(later, database, until="wait_event_type = 'Lock'"))
