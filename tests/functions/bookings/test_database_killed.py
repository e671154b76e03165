"""PostgreSQL is killed while students book: every acknowledged change is stored, and none in part."""

import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import perf_counter

import psycopg
import pytest

from functions.migrations.service import upgrade
from local.engines.postgres import start_postgres
from local.engines.processes import Engine, socket_folder
from shared.kit.db.pool import close_pool
from tests.conftest import read_settings_again
from tests.support.booking_client import at, book, free_tutor, inconsistencies, offer, post
from tests.support.booking_protection import answers
from tests.support.lambda_client import Answer
from tests.support.paused_transactions import wait_until
from tests.support.people import People, Person, query
from tests.support.races import at_once

CALLERS = 4


@pytest.fixture
def mortal_postgres(engines: dict[str, Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database for this test only, restarted whenever it is killed."""
    sockets = socket_folder()
    engine = start_postgres(tmp_path / "postgres", sockets)
    engine.keep_running()
    monkeypatch.setenv("DATABASE_URL", engine.url)
    # The students book until it is killed.
    monkeypatch.setenv("MAX_ACTIVE_BOOKINGS", "1000000")
    use_settings_again()
    upgrade()
    yield engine
    monkeypatch.undo()
    use_settings_again()
    engine.stop()
    shutil.rmtree(sockets, ignore_errors=True)


def use_settings_again() -> None:
    close_pool()
    read_settings_again()


class Callers:
    """Students who book, move and cancel until the database stops answering; collects the answers."""

    def __init__(self, people: People, tutor: Person) -> None:
        self.tutor = tutor
        self.students = [people.student() for _ in range(CALLERS)]
        self.answered: dict[int, Answer] = {}
        self.failed = 0
        self.day = 0
        self.is_back = threading.Event()
        self._lock = threading.Lock()

    def next_day(self) -> int:
        with self._lock:
            self.day += 1
            return self.day

    def call_until_it_fails(self, student: Person) -> None:
        while not self.is_back.is_set():
            day = self.next_day()
            answer = book(student, self.tutor, at(10, day), key=f"key {day}")
            self.answered[answer.json.get("id", -day)] = answer
            if answer.status == 201 and day % 3 == 0:
                booking = answer.json["id"]
                to = {"start_time": at(14, day).isoformat()}
                answer = post(student, f"{booking}/reschedule/", to) if day % 2 else post(student, f"{booking}/cancel/")
                # A change that was not acknowledged may or may not have been made.
                self.answered[booking] = answer
            if answer.status not in {200, 201}:
                assert answer.status == 503, answer
                self.failed += 1
                return

    def lost(self) -> list[int]:
        """Return the acknowledged changes that are not stored."""
        acknowledged = {
            booking: answer.json for booking, answer in self.answered.items() if answer.status in {200, 201}
        }
        rows = query("SELECT id, state, starts_at FROM bookings")
        found = {booking: (state, starts_at) for booking, state, starts_at in rows}
        return [
            booking
            for booking, answer in acknowledged.items()
            if booking not in found
            or found[booking][0] != answer["state"]
            or found[booking][1].timestamp() != _timestamp(answer["start_time"])
        ]


def _timestamp(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def kill(engine: Engine, after: float, is_back: threading.Event) -> None:
    time.sleep(after)
    victim = engine.process
    os.kill(victim.pid, signal.SIGKILL)
    wait_until(lambda: engine.process is not victim and answers(engine.url))
    is_back.set()


# Fifty recoveries take half a minute alone, and more than two beside other work.
@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=[pytest.mark.proof, pytest.mark.timeout(600)])])
def test_acknowledged_changes_survive(mortal_postgres: Engine, rounds: int) -> None:
    chance, started, people = random.Random(9), perf_counter(), People()
    tutor = free_tutor(people, days=0)
    offer(tutor, at(0), at(24, 5000))
    callers = Callers(people, tutor)
    for _ in range(rounds):
        callers.is_back.clear()
        at_once(
            lambda: kill(mortal_postgres, 0.05 + chance.random() * 0.4, callers.is_back),
            *((lambda student=student: callers.call_until_it_fails(student)) for student in callers.students),
        )
        with psycopg.connect(mortal_postgres.url) as db:
            assert db.execute("SELECT count(*) FROM bookings").fetchone() is not None
        use_settings_again()
        assert callers.lost() == []
        assert inconsistencies() == []
        assert query("SELECT count(*) FROM idempotency_keys WHERE status IS NULL") == [(0,)]
        assert query(
            "SELECT count(*) FROM bookings b WHERE NOT EXISTS (SELECT FROM booking_changes WHERE booking_id = b.id)"
        ) == [(0,)]
    acknowledged = sum(answer.status < 300 for answer in callers.answered.values())
    assert callers.failed > 0
    sys.stdout.write(
        f"PostgreSQL killed {rounds} times: {acknowledged} acknowledged, all there; {callers.failed} answered 503,"
        f" none stored in part, {perf_counter() - started:.0f} s\n"
    )
