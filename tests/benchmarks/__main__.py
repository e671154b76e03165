"""`make bench`: speed at 100,000 tutors, chat, bookings and cold starts, in eight minutes."""

import sys
from collections.abc import Iterator

from tests.benchmarks import bookings, chat, chat_devices, cold_start, horizon, public_reads, search
from tests.benchmarks.memory import server_memory
from tests.benchmarks.report import Figure, report
from tests.benchmarks.server import FEW_TUTORS, running_bench_server


def figures() -> Iterator[Figure]:
    """Each as soon as it is measured."""
    with running_bench_server() as stand:
        yield from search.measure(stand)
        yield from public_reads.measure(stand)
        yield from chat.measure(stand)
        yield from chat_devices.measure(stand)
        yield from server_memory(stand)
        yield from horizon.measure(stand)
        yield from cold_start.measure(stand)
    with running_bench_server(FEW_TUTORS) as stand:
        yield from bookings.measure(stand)


if __name__ == "__main__":
    sys.exit(report(figures()))
