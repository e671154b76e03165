"""`make bench`: speed at 100,000 tutors, chat, bookings and cold starts, in eight minutes."""

import sys
from collections.abc import Iterator

from tests.benchmarks import bookings, chat, chat_devices, cold_start, horizon, public_reads, search
from tests.benchmarks.memory import server_memory
from tests.benchmarks.report import Figure, attempt, report, timed
from tests.benchmarks.server import FEW_TUTORS, running_bench_server

MINUTES = 8
# The parts that run before the server's memory is measured.
SERVED = (search, public_reads, chat, chat_devices)


def figures() -> Iterator[Figure]:
    """Yield each figure as soon as it is measured."""
    with running_bench_server() as stand:
        for part in (*(each.measure for each in SERVED), server_memory, horizon.measure, cold_start.measure):
            yield from attempt(part, stand)
    with running_bench_server(FEW_TUTORS) as stand:
        yield from attempt(bookings.measure, stand)


if __name__ == "__main__":
    sys.exit(report(timed(figures(), MINUTES)))
