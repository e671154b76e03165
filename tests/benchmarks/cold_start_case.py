"""A function's cold start: the size of its image, and the time to its first response."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.report import Figure
from tests.benchmarks.restored import Snapshot
from tools.cloud.lambda_process import LambdaProcess
from tools.cloud.project import ROOT

Event = dict[str, Any]
WARM_CALLS = 20
EMPTY = "tests.support.functions.empty.handler"


class Limits(NamedTuple):
    """A cold start's maximum and its value in the last release, as multiples of the empty function's."""

    target: float | None = None
    floor: float | None = None


@dataclass
class Case:
    """A function, the event it starts with, and what was measured.

    In milliseconds but for `init`, the share of the cold start before the first event, and `peak`, in MB. Time that
    other processes of this machine took is not counted.
    """

    name: str
    handler: str
    event: Callable[[], Event]
    limits: Limits
    empty: list[float] = field(default_factory=list)
    init: list[float] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    restored: list[float] = field(default_factory=list)

    def start(self, environment: dict[str, str]) -> None:
        """Measure cold starts of the empty function and of this one, warm calls in the same process, and a restore."""
        with LambdaProcess(EMPTY, {}) as function:
            function.invoke({})
            self.empty.append(function.cold_ms - function.waited_ms)
        with LambdaProcess(self.handler, environment) as function:
            self._call(function)
            self.init.append(function.init_ms / function.cold_ms)
            self.cold.append(function.cold_ms - function.waited_ms)
            for _ in range(WARM_CALLS):
                self.warm.append(self._call(function))
            self.peak.append(function.peak_mb)
        with Snapshot(self.handler, environment) as snapshot:
            self.restored.append(snapshot.restore(self.event()))

    def _call(self, function: LambdaProcess) -> float:
        """Milliseconds until the response, which must be successful."""
        event = self.event()
        started = time.perf_counter()
        answer = function.invoke(event)
        milliseconds = (time.perf_counter() - started) * 1000
        if answer and answer.get("statusCode", 200) >= 400:
            raise AssertionError(f"{self.name}: {answer}")
        return milliseconds

    def figure(self) -> Figure:
        cold, empty = statistics.median(self.cold), statistics.median(self.empty)
        detail = (
            f"{cold:4.0f} ms over {empty:3.0f} ms, {statistics.median(self.init):.0%} of it imports; "
            f"restored p50 {statistics.median(self.restored):4.0f} ms; "
            f"warm p50 {statistics.median(self.warm):5.2f}, p99 {statistics.quantiles(self.warm, n=100)[98]:6.2f} ms; "
            f"peak {max(self.peak):4.0f} MB; own folder {_kilobytes(self.handler):4.0f} kB"
        )
        limits = {"at_most": self.limits.target, "floor": self.limits.floor}
        return Figure(f"cold start, {self.name}", cold / empty, **limits, detail=detail)


def _kilobytes(handler: str) -> float:
    """The size of a function's image beyond the shared layer."""
    folder = ROOT / Path(*handler.split(".")[:2])
    return sum(path.stat().st_size for path in folder.rglob("*.py")) / 1000
