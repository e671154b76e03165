"""The local scheduler: simultaneous changes of bookings are dispatched together."""

import time
from collections.abc import Callable
from pathlib import Path

from local.scheduler import GATHERING_SECONDS, Schedule, Scheduler
from tests.support.paused_transactions import wait_until

MANY = 20


def scheduler_of(dispatch: Callable[[object, object], object]) -> Scheduler:
    """A scheduler that calls only this, and by itself only once an hour."""
    made = Scheduler(Path())
    made._dispatch = Schedule("dispatch", dispatch, 3600.0)
    made._schedules = [made._dispatch]
    return made


def test_many_simultaneous_changes_are_dispatched_together_and_none_is_lost() -> None:
    calls: list[float] = []
    scheduler = scheduler_of(lambda _event, _context: calls.append(time.monotonic()))
    scheduler.start()
    try:
        wait_until(lambda: len(calls) == 1)
        began = time.monotonic()
        for _ in range(MANY):
            scheduler.trigger_dispatch()
        is_quick = time.monotonic() - began < GATHERING_SECONDS
        wait_until(lambda: len(calls) > 1)
        assert len(calls) == 2 or not is_quick
        scheduler.trigger_dispatch()
        called = len(calls)
        wait_until(lambda: len(calls) > called)
    finally:
        scheduler.stop()
