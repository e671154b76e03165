"""Long lists of slots beside short reads."""

import asyncio
import time
from contextlib import closing
from statistics import median

import httpx

from functions.availability.domain.slot_query import MAX_SPAN
from functions.availability.handler import handler
from shared.kit.http.fast_routes import LONG_THREADS
from tests.support.availability_client import change, every_day, put, today
from tests.support.people import People

LISTS = 8
# Of a span from today in UTC, that day and an hour or two of the next may be past in the tutor's zone.
FEWEST_SLOTS = (MAX_SPAN.days - 2) * 24 * 12
# Seconds; if it shared the threads of these lists, a read would wait until five of them are done.
LONGEST_MEDIAN = 0.5


def test_short_reads_do_not_wait_for_long_lists_of_slots(people: People) -> None:
    tutor = people.tutor()
    change(tutor, slot_step=5, session_lengths=[15], booking_window=90)
    put(tutor, *every_day("00:00", "24:00"))

    async def scenario() -> tuple[int, list[float]]:
        transport = httpx.ASGITransport(handler.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            window = f"from={today()}&to={today() + MAX_SPAN}"
            path = f"/api/availability/slots/{tutor.tutor_id}/?{window}"
            lists = [asyncio.create_task(client.get(path)) for _ in range(LISTS)]
            done, waits = [], []
            while not all(each.done() for each in lists):
                began = time.perf_counter()
                assert (await client.get(f"/api/availability/terms/{tutor.tutor_id}/")).status_code == 200
                waits.append(time.perf_counter() - began)
                done.append(sum(each.done() for each in lists))
                await asyncio.sleep(0.02)
            for each in lists:
                answer = await each
                assert answer.status_code == 200
                assert len(answer.json()) >= FEWEST_SLOTS
        return done[0], waits

    with closing(asyncio.new_event_loop()) as loop:
        done_before_first_read, waits = loop.run_until_complete(scenario())
    assert done_before_first_read <= LONG_THREADS
    assert median(waits) < LONGEST_MEDIAN
