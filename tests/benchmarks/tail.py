"""Tail latency (p99) on a virtual machine, whose hypervisor may give processor time to other machines."""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.load import Load

SECONDS = 2
ROUNDS = 5
# Rounds are repeated, at most this often, until ROUNDS of each side had nearly all of the processor time.
MOST_ROUNDS = 12
MOST_STOLEN = 0.03
# Fields of the line for all processors in /proc/stat (man 5 proc_stat). Its last two are already counted in others.
STOLEN, COUNTED = 7, 8


class Round(NamedTuple):
    """The p99 in milliseconds, and the share of the processors' time that a hypervisor gave to others meanwhile."""

    p99: float
    stolen: float


def tail(measured: Callable[[int], Load], bare: Callable[[int], Load], name: str) -> tuple[float, str]:
    """The median p99 in ms of the quietest rounds, and a description that includes the bare limit's.

    Both are measured in turn, for SECONDS each. Only the stolen time decides which rounds count.
    """
    limits: list[Round] = []
    rounds: list[Round] = []
    while len(rounds) < MOST_ROUNDS and not (_enough(limits) and _enough(rounds)):
        limits.append(_round(bare))
        rounds.append(_round(measured))
    value, spread = _quietest(rounds)
    limit, _ = _quietest(limits)
    return value, f"{spread}; {name} {limit:.1f} ms"


def _round(measured: Callable[[int], Load]) -> Round:
    stolen, total = _processor_time()
    load = measured(SECONDS)
    stolen_then, total_then = _processor_time()
    return Round(load.percentile(0.99) * 1000, (stolen_then - stolen) / max(1, total_then - total))


def _enough(rounds: list[Round]) -> bool:
    return sum(each.stolen <= MOST_STOLEN for each in rounds) >= ROUNDS


def _quietest(rounds: list[Round]) -> tuple[float, str]:
    chosen = sorted(rounds, key=lambda each: each.stolen)[:ROUNDS]
    spread = ", ".join(f"{each.p99:.1f}" for each in sorted(chosen))
    words = f"of {spread}, the quietest of {len(rounds)}, stolen up to {chosen[-1].stolen:.0%}"
    return median(each.p99 for each in chosen), words


def _processor_time() -> tuple[int, int]:
    """Stolen and total processor time since boot, in ticks; zeros if the system does not report them."""
    counters = Path("/proc/stat")
    if not counters.exists():
        return 0, 0
    ticks = [int(each) for each in counters.read_text().partition("\n")[0].split()[1 : COUNTED + 1]]
    return ticks[STOLEN], sum(ticks)
