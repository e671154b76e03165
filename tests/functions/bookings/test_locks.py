"""The people whose time a decision concerns are locked in one global order, so no deadlock occurs."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg

from shared.data.locking import lock_people
from shared.kit.db.transactions import transaction
from shared.kit.settings import settings
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import People, query
from tests.support.races import PATIENCE

HELD = """
SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks
WHERE locktype = 'advisory' AND granted AND pid <> %s ORDER BY key
"""


def lock(people: list[UUID]) -> None:
    with transaction() as db:
        lock_people(db, *people)


def test_advisory_locks_are_taken_in_order(people: People) -> None:
    students = [people.student().id for _ in range(15)]
    keys = query("SELECT hashtextextended('time of ' || id, 0) AS key FROM unnest(%s) AS id ORDER BY key", students)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(settings().database_url) as keeper:
        keeper.execute("SELECT pg_advisory_xact_lock(%s)", keys[7])
        locking = threads.submit(lock, students)
        wait_until(lambda: waiting() == 1)
        assert query(HELD, keeper.info.backend_pid) == keys[:7]
        keeper.rollback()
        locking.result(PATIENCE)
