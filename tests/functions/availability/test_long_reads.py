"""Long lists of slots beside short reads."""

import asyncio
from contextlib import closing
from statistics import median

import httpx

from functions.availability.domain.slot_query import MAX_SPAN
from functions.availability.handler import handler
from tests.support.availability_client import change, every_day, put, today
from tests.support.people import People

LISTS = 8
# Of a span from today in UTC, that day and an hour or two of the next may be past in the tutor's zone.
FEWEST_SLOTS = (MAX_SPAN.days - 2) * 24 * 12


def test_short_reads_do_not_wait_for_long_lists_of_slots(people: People) -> None:
    tutor = people.tutor()
    change(tutor, slot_step=5, session_lengths=[15], booking_window=90)
    put(tutor, *every_day("00:00", "24:00"))

    async def scenario() -> list[int]:
        transport = httpx.ASGITransport(handler.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            window = f"from={today()}&to={today() + MAX_SPAN}"
            path = f"/api/availability/slots/{tutor.tutor_id}/?{window}"
            lists = [asyncio.create_task(client.get(path)) for _ in range(LISTS)]
            done, done_meanwhile = 0, []
            while done < LISTS:
                assert (await client.get(f"/api/availability/terms/{tutor.tutor_id}/")).status_code == 200
                before, done = done, sum(each.done() for each in lists)
                done_meanwhile.append(done - before)
                await asyncio.sleep(0.02)
            for each in lists:
                answer = await each
                assert answer.status_code == 200
                assert len(answer.json()) >= FEWEST_SLOTS
        return done_meanwhile

    with closing(asyncio.new_event_loop()) as loop:
        done_meanwhile = loop.run_until_complete(scenario())
    # If it shared the threads of these lists, a read would wait until five or more of them are done.
    assert max(done_meanwhile) <= LISTS // 2
    assert median(done_meanwhile) == 0
