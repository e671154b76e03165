"""The metrics of one process. `local.monitoring.exposition` reads and merges them."""

import os
import resource
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psycopg_pool import ConnectionPool

from shared.kit.db.pool import PooledConnection
from shared.kit.db.pool import pool as database_pool

# Upper bounds of the latency buckets, in seconds; above the last one everything is slow.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# The figures of a process as JSON: names to numbers, or to pairs of labels and numbers.
Snapshot = dict[str, Any]


class Figures:
    """Requests are counted on the loop's thread only, other events on any thread."""

    def __init__(self, succeeded_at: Callable[[], dict[str, float]], *sources: Callable[[], dict[str, float]]) -> None:
        # When each scheduled job last succeeded, in seconds since 1970.
        self.succeeded_at = succeeded_at
        # Functions that return further metrics: numbers by name.
        self.sources = (process_figures, pool_figures, *sources)
        # By method, route and status: the number of requests per latency bucket, and the sum of their seconds.
        self.requests: dict[tuple[str, str, int], list[float]] = {}
        self._events: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add_request(self, method: str, route: str, status: int, seconds: float) -> None:
        numbers = self.requests.get((method, route, status))
        if numbers is None:
            numbers = self.requests[method, route, status] = [0.0] * (len(BUCKETS) + 2)
        numbers[bisect_left(BUCKETS, seconds)] += 1
        numbers[-1] += seconds

    def count(self, name: str, amount: int) -> None:
        """Something happened, as `shared.kit.observability.metrics.count` says."""
        with self._lock:
            self._events[name] += amount

    def snapshot(self) -> Snapshot:
        with self._lock:
            events = dict(self._events)
        return {
            "requests": [[list(labels), numbers] for labels, numbers in self.requests.items()],
            "events": events,
            "succeeded_at": self.succeeded_at(),
            "gauges": {name: number for source in self.sources for name, number in source().items()},
        }


def process_figures() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "cpu_seconds_total": used.ru_utime + used.ru_stime,
        "resident_memory_bytes": pages * os.sysconf("SC_PAGE_SIZE"),
    }


def pool_figures() -> dict[str, float]:
    """Empty until the pool is first used."""
    if not database_pool.cache_info().currsize:
        return {}
    pool: ConnectionPool[PooledConnection] = database_pool()
    stats = pool.get_stats()
    return {
        "database_connections": stats.get("pool_size", 0),
        "database_connections_idle": stats.get("pool_available", 0),
        "database_connections_max": stats.get("pool_max", 0),
        "database_waiting": stats.get("requests_waiting", 0),
        "database_wait_seconds_total": stats.get("requests_wait_ms", 0) / 1000,
        "database_timeouts_total": stats.get("requests_errors", 0),
    }
