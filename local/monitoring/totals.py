"""Sums of what several worker processes have counted."""

from collections import Counter
from typing import Self

from local.monitoring.figures import Snapshot


class Totals:
    """Starts from another total, if one is given."""

    def __init__(self, other: Self | None = None) -> None:
        self.requests: Counter[tuple[str, ...]] = Counter(other.requests if other else ())
        # By method and route, like those of `local.monitoring.figures`.
        self.durations: dict[tuple[str, ...], list[float]] = dict(other.durations if other else ())
        self.events: Counter[str] = Counter(other.events if other else ())
        # Metrics without labels, including counters, whose names end in `_total`.
        self.numbers: Counter[str] = Counter(other.numbers if other else ())
        self.succeeded_at: dict[str, float] = dict(other.succeeded_at if other else ())

    def add(self, snapshot: Snapshot, *, counters_only: bool = False) -> None:
        """Add a worker's metrics; for one that has ended, only its counters."""
        for (method, route, status), numbers in snapshot.get("requests", ()):
            self.requests[method, route, str(status)] += int(sum(numbers[:-1]))
            before = self.durations.get((method, route), [0.0] * len(numbers))
            self.durations[method, route] = [one + other for one, other in zip(before, numbers, strict=True)]
        self.events.update(snapshot.get("events", {}))
        for name, number in snapshot.get("gauges", {}).items():
            if name.endswith("_total") or not counters_only:
                self.numbers[name] += number
        for job, at in snapshot.get("succeeded_at", {}).items():
            self.succeeded_at[job] = max(at, self.succeeded_at.get(job, 0.0))
