"""Many requests wait for one tutor's lock without delaying any others."""

import asyncio
from collections.abc import Sequence

import anyio.to_thread
import httpx
import psycopg

from functions.bookings.handler import handler
from shared.kit.settings import settings
from tests.support.booking_client import at, free_tutor, inconsistencies
from tests.support.event_loops import run
from tests.support.paused_transactions import PATIENCE, wait_until, waiting
from tests.support.people import People, Person

# As many threads as the local server has for all other requests.
THREADS = 4
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('time of ' || %s::uuid, 0))"
PATH = "/api/reservation/reservation/"


def credentials(person: Person) -> dict[str, str]:
    return {"authorization": f"Bearer {person.access}"}


async def book_all(keeper: psycopg.Connection, tutor: Person, students: Sequence[Person]) -> list[int]:
    """Return the statuses of bookings that wait for the keeper's lock; another request is answered meanwhile."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    async with httpx.AsyncClient(transport=httpx.ASGITransport(handler.app), base_url="http://test") as client:

        async def book(hour: int, student: Person) -> int:
            body = {"tutor": tutor.tutor_id, "start_time": at(hour).isoformat(), "length": 60}
            return (await client.post(PATH, json=body, headers=credentials(student))).status_code

        tasks = [asyncio.create_task(book(hour, student)) for hour, student in enumerate(students)]
        await asyncio.to_thread(wait_until, lambda: waiting() >= THREADS)
        async with asyncio.timeout(PATIENCE):
            assert (await client.get("/api/reservation/waitlist/", headers=credentials(tutor))).status_code == 200
        assert not any(each.done() for each in tasks)
        keeper.rollback()
        return await asyncio.gather(*tasks)


def test_requests_that_wait_for_one_tutor_s_lock_delay_no_others(people: People) -> None:
    tutor, students = free_tutor(people), [people.student() for _ in range(2 * THREADS)]
    with psycopg.connect(settings().database_url) as keeper:
        keeper.execute(LOCK, (tutor.id,))
        assert set(run(book_all(keeper, tutor, students))) == {201}
    assert inconsistencies() == []
