"""The test stand: engines of its own, one server process, 100,000 tutors or fewer."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from functions.migrations.service import upgrade
from local.engines import postgres_binary, socket_folder, start_postgres, start_valkey
from shared.kit.settings import settings
from tests.benchmarks.load import Load

ROOT = Path(__file__).parents[2]
TUTORS = 100_000
PGBENCH_SECONDS = 4
RARE_SKILL = "Esperanto"
SECRET = "a secret of at least thirty-two bytes, for benchmarks"


@dataclass(frozen=True)
class BenchServer:
    """Where everything is."""

    port: int
    database_url: str
    redis_url: str
    folder: Path
    process: int

    def pgbench(self, script: str) -> float:
        """Transactions per second of one client with a script of literal SQL, prepared, over the same socket."""
        out = self._pgbench(script, PGBENCH_SECONDS, "-c", "1")
        line = next(line for line in out.splitlines() if line.startswith("tps"))
        return float(line.split()[2])

    def paced_pgbench(self, script: str, rate: float, seconds: int) -> Load:
        """The same at a fixed rate; latencies count from when a transaction was due.

        Source: postgresql.org/docs/current/pgbench.html, --rate and per-transaction logging
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as logs:
            self._pgbench(script, seconds, "-c", "8", "-R", f"{rate:.1f}", "-l", "--log-prefix", f"{logs}/log")
            lines = [line for log in Path(logs).iterdir() for line in log.read_text().splitlines()]
        return Load(seconds, sorted(int(line.split()[2]) / 1e6 for line in lines), 0)

    def _pgbench(self, script: str, seconds: int, *options: str) -> str:
        path = self.folder / "script.sql"
        path.write_text(script)
        socket_path = self.database_url.rpartition("host=")[2]
        command = [postgres_binary("pgbench"), "-h", socket_path, "-U", "postgres", "-n", "-M", "prepared"]
        command += ["-T", str(seconds), *options, "-f", str(path), "tutoring"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def running_bench_server(tutors: int = TUTORS, *, rate_limits: bool = False) -> Iterator[BenchServer]:
    """Everything is up while the block runs."""
    folder, sockets = Path(tempfile.mkdtemp(prefix="bench-")), socket_folder()
    with ExitStack() as stack:
        for path in (folder, sockets):
            stack.callback(shutil.rmtree, path, ignore_errors=True)
        postgres = start_postgres(folder / "postgres", sockets)
        stack.callback(postgres.stop)
        valkey = start_valkey(folder / "valkey", sockets)
        stack.callback(valkey.stop)
        environment = {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "JWT_SECRET": SECRET,
            "RATE_LIMITS": "on" if rate_limits else "off",
        }
        os.environ |= environment
        settings.cache_clear()
        upgrade()
        fill(postgres.url, tutors)
        port = free_port()
        server = serve({**environment, "PORT": str(port), "DATA": str(folder / "data"), "DEMO": "0"}, port)
        stack.callback(end, server)
        yield BenchServer(port, postgres.url, valkey.url, folder, server.pid)


def serve(environment: dict[str, str], port: int) -> "subprocess.Popen[bytes]":
    """Start one server process and wait until it is healthy."""
    server = subprocess.Popen([sys.executable, "-m", "local"], env={**os.environ, **environment}, cwd=ROOT)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health"):
                return server
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not start")


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


USERS = """
INSERT INTO users (email, password_hash, first_name, last_name, is_tutor, confirmed_at)
SELECT 'listed' || n || '@prz.edu.pl', '-',
    (ARRAY['Anna', 'Jan', 'Łucja', 'Paweł', 'Katarzyna', 'Michał', 'Zofia', 'Piotr', 'Ewa', 'Tomasz'])[1 + n %% 10],
    (ARRAY['Kowalska', 'Nowak', 'Wiśniewska', 'Żak', 'Wójcik', 'Kamińska', 'Zieliński', 'Szymańska', 'Woźniak'])
        [1 + n %% 9] || '-' || chr(97 + n %% 26) || chr(97 + n / 26 %% 26) || chr(97 + n / 676 %% 26), true, now()
FROM generate_series(1, %(tutors)s) n
"""
TUTOR_ROWS = """
INSERT INTO tutors (user_id, description, price, location, online_sessions, in_person_sessions, individual_sessions,
    group_sessions, skills)
SELECT id, 'Uczę od wielu lat, z pasją i cierpliwością. ' || repeat('Zapraszam na zajęcia. ', 5),
    20 + (random() * 180)::int,
    (ARRAY['Rzeszów', 'Kraków', 'Warszawa Śródmieście', 'Łódź', 'Gdańsk', 'Poznań'])[1 + floor(random() * 6)::int],
    is_online, NOT is_online OR random() < 0.3, true, random() < 0.3,
    (SELECT array_agg(name) FROM (SELECT name FROM skills WHERE id <= 18 AND account.id IS NOT NULL
        ORDER BY random() LIMIT 1 + floor(random() * 3)::int) chosen)
FROM (SELECT *, random() < 0.7 AS is_online FROM users WHERE is_tutor OFFSET 0) account
"""
RATINGS = """
INSERT INTO ratings (tutor_id, student_id, rating, review)
SELECT t.id, s.id, 3 + floor(random() * 3)::int, 'Świetnie tłumaczy, polecam każdemu.'
FROM tutors t JOIN (SELECT id, row_number() OVER () AS n FROM users WHERE NOT is_tutor) s
    ON s.n <= floor(abs(sin(t.id)) * 12)
"""

# Two to six afternoons or so of every week, for four weeks; the first thousand tutors have a schedule of their own.
ITEMS = """
INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source)
SELECT w.tutor_id, (day + w.starts * interval '1 hour') AT TIME ZONE 'Europe/Warsaw',
    (day + (w.starts + w.lasts) * interval '1 hour') AT TIME ZONE 'Europe/Warsaw', 'rule'
FROM (
    SELECT t.id AS tutor_id, weekday, 8 + floor((random() + random()) * 6)::int AS starts,
        1 + floor(random() * 3)::int AS lasts
    FROM tutors t, generate_series(1, 7) weekday WHERE t.id > 1000 AND random() < 4.0 / 7
    UNION ALL
    SELECT t.id, weekday, 3, 2 FROM tutors t, generate_series(1, 7) weekday WHERE t.id % 7000 = 0
) w
JOIN (SELECT (current_date + n)::timestamp AS day FROM generate_series(1, 28) n) days
    ON extract(isodow FROM day) = w.weekday
"""
TERMS = """
UPDATE booking_terms SET session_lengths = CASE WHEN tutor_id % 10 = 0 THEN '{45,90}' ELSE '{60}' END::smallint[],
    buffer_after = 15 * (tutor_id % 5 / 4), max_per_day = CASE WHEN tutor_id % 7 = 0 THEN 2 END
"""
SESSIONS = """
INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form)
SELECT tutor_id, starts_at, starts_at + interval '1 hour', starts_at, starts_at + interval '1 hour', 'individual',
    'online'
FROM schedule_items WHERE tutor_id > 1000 AND random() < 0.2
"""
# Nothing books here: constraints are left away, and the index search needs is made when everything is there.
UNGUARDED = """
ALTER TABLE schedule_items DROP CONSTRAINT schedule_items_overlap;
ALTER TABLE tutoring_sessions DROP CONSTRAINT tutoring_sessions_overlap;
SET session_replication_role = replica
"""
TIME_INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = 'schedule_items_time_idx'"


def fill(url: str, tutors: int) -> None:
    """So many tutors with up to eleven ratings each and a schedule; fifteen of them offer a rare skill."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SELECT setseed(0.5)")
        db.execute("INSERT INTO skills (name) VALUES (%s)", (RARE_SKILL,))
        db.execute(USERS, {"tutors": tutors})
        db.execute(
            "INSERT INTO users (email, password_hash, first_name, last_name, confirmed_at)"
            " SELECT 'rater' || n || '@example.com', '-', 'Ola', 'Nowak', now() FROM generate_series(1, 12) n"
        )
        db.execute(TUTOR_ROWS)
        db.execute(RATINGS)
        db.execute("UPDATE ratings SET verified = true WHERE id % 3 > 0")
        db.execute(
            "INSERT INTO schedule_items (tutor_id, starts_at, ends_at)"
            " SELECT id, now() + n * interval '1 day', now() + n * interval '1 day' + interval '1 hour'"
            " FROM tutors, generate_series(1, 5) n WHERE id <= 1000"
        )
        fill_schedules(db)
        db.execute(
            "UPDATE tutors SET skills = skills || %s::text WHERE id IN"
            " (SELECT id FROM tutors ORDER BY random() LIMIT 15)",
            (RARE_SKILL,),
        )
        db.execute("VACUUM (FULL, ANALYZE)")
        # Or it would be written to the disk while something is measured.
        db.execute("CHECKPOINT")


def fill_schedules(db: psycopg.Connection[Any]) -> None:
    """A million and a half items, a fifth of them partly booked; fourteen tutors are there before dawn."""
    [(time_index,)] = db.execute(TIME_INDEX).fetchall()
    db.execute(UNGUARDED)
    db.execute("DROP INDEX schedule_items_time_idx")
    for statement in (ITEMS, TERMS, SESSIONS, time_index, "RESET session_replication_role"):
        db.execute(statement)
