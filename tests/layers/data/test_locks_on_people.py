"""Locks on people's time are taken in one global order, so that no deadlock occurs."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID

import psycopg

from shared.data.locking import lock_people
from shared.kit.db.transactions import transaction
from shared.kit.settings import settings
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import query

LOWEST = "SELECT pg_advisory_lock(min(hashtextextended('time of ' || person, 0))) FROM unnest(%s::uuid[]) person"
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"


def lock_all_of(people: list[UUID]) -> None:
    with transaction() as db:
        lock_people(db, *people)


def test_locks_are_taken_from_the_lowest_number(platform: None) -> None:
    random = Random(1)
    for _ in range(5):
        people = [UUID(int=random.getrandbits(128)) for _ in range(20)]
        with ThreadPoolExecutor(1) as threads, psycopg.connect(settings().database_url) as keeper:
            keeper.execute(LOWEST, (people,))
            locking = threads.submit(lock_all_of, people)
            wait_until(lambda: waiting() == 1)
            assert query(HELD) == [(1,)], "only the keeper holds a lock"
            keeper.close()
            locking.result(30)


def test_everybody_s_lock_is_taken(platform: None) -> None:
    people = [UUID(int=number) for number in range(1, 6)]
    with transaction() as db:
        lock_people(db, *people, people[0])
        assert query(HELD) == [(5,)]
