"""The scheduled horizon job when no new day has come within the horizon, as in 95 of its 96 daily runs."""

import statistics
import time

import psycopg

from functions.availability.horizon_job import handler
from tests.benchmarks.filling import loading_in_bulk
from tests.benchmarks.report import Figure
from tests.benchmarks.server import BenchServer
from tests.events.recorded import recorded

ROUNDS = 21
# Every tutor has hours on one weekday, all already turned into items. That none overlap is checked at the end.
GUARD = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'weekly_hours_overlap'"
UNGUARDED = "ALTER TABLE weekly_hours DROP CONSTRAINT weekly_hours_overlap"
HOURS = """
INSERT INTO weekly_hours (tutor_id, weekday, starts, ends)
SELECT id, 1 + id % 7, 960, 1200 FROM tutors
"""
MADE = """
UPDATE booking_terms SET horizon = (now() AT TIME ZONE 'UTC')::date + booking_window + 2
"""


def measure(stand: BenchServer) -> list[Figure]:
    with psycopg.connect(stand.database_url, autocommit=True) as db:
        [(tutors,)] = db.execute("SELECT count(*) FROM tutors").fetchall()
        took = {"without hours": _milliseconds()}
        with loading_in_bulk(db, ("weekly_hours",)):
            [(guard,)] = db.execute(GUARD).fetchall()
            for statement in (UNGUARDED, HOURS, MADE):
                db.execute(statement)
            db.execute(f"ALTER TABLE weekly_hours ADD CONSTRAINT weekly_hours_overlap {guard}")
        for statement in ("VACUUM ANALYZE weekly_hours", "VACUUM (FULL, ANALYZE) booking_terms"):
            db.execute(statement)
        took["with hours"] = _milliseconds()
    detail = ", ".join(f"{name} {value:.1f} ms" for name, value in took.items())
    each = max(took.values()) / (tutors / 100_000)
    return [Figure(f"horizon over {tutors:,} tutors, ms per 100,000", each, at_most=50, floor=132, detail=detail)]


def _milliseconds() -> float:
    """The median time of calls that find nothing to do."""
    event = recorded("schedule_horizon")
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        assert handler(event, None)["moved"] == 0
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
