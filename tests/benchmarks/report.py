"""Figures, each with a floor it must not fall below and a target it should reach."""

import math
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure: at least or at most its target, if it has one.

    `floor` is what the last release had, on the same side as the target: worse than that fails the run.
    """

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    floor: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool:
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def holds(self) -> bool:
        """Whether the figure is at least as good as in the last release."""
        if self.floor is None:
            return True
        return self.value >= self.floor if self.at_least is not None else self.value <= self.floor

    def row(self) -> str:
        sign, target = (">=", self.at_least) if self.at_least is not None else ("<=", self.at_most)
        wanted = "" if target is None else f"{sign} {target:g}"
        mark = "" if not wanted else ("met" if self.met else "MISSED")
        floor = "" if self.floor is None else f"{sign} {self.floor:g}" + ("" if self.holds else " FAILED")
        return f"{self.name:58} {self.value:9.2f}  {wanted:9} {mark:6}  floor {floor:14} {self.detail}"


def attempt(part: Callable[..., Iterable[Figure]], *arguments: object) -> Iterator[Figure]:
    """A part's figures. A part that raises is reported and fails the run; the parts after it still run."""
    try:
        yield from part(*arguments)
    except Exception as error:  # noqa: BLE001 - half an hour's other figures are worth more than an early end
        traceback.print_exc()
        # NaN satisfies no floor.
        yield Figure(f"{part.__module__}.{part.__name__}", math.nan, floor=0, detail=repr(error))


def timed(figures: Iterable[Figure], minutes: int) -> Iterator[Figure]:
    """The figures, followed by the total time."""
    started = time.monotonic()
    yield from figures
    yield Figure("all of this, minutes", (time.monotonic() - started) / 60, at_most=minutes)


def report(figures: Iterable[Figure]) -> int:
    """Print every figure; returns the exit status, 1 if a figure is below its floor."""
    failed = 0
    for figure in figures:
        print(figure.row(), flush=True)  # noqa: T201 - the table is what it is for
        failed |= not figure.holds
    return int(failed)
