"""`make bench-large`: chat on 5,000 sockets, search and horizon at a million tutors, in thirty minutes.

It needs 8 GB of disk.
"""

import sys
from collections.abc import Iterator

from tests.benchmarks import chat_large, horizon
from tests.benchmarks.load import Load, closed_loop, prepare
from tests.benchmarks.memory import server_memory
from tests.benchmarks.report import Figure, attempt, report, timed
from tests.benchmarks.search import BROAD_QUERY, FREE_QUERIES, PATH, RARE_QUERY, TEXT_QUERIES
from tests.benchmarks.server import BenchServer, running_bench_server

SMALL, MILLION = 10_000, 1_000_000
MINUTES = 30
SECONDS = 5.0
ROUNDS = 3


def figures() -> Iterator[Figure]:
    """Yield each figure as soon as it is measured; names of figures at a million tutors say so."""
    yield from attempt(chat_large.figures)
    with running_bench_server(SMALL) as stand:
        small = _median(stand, BROAD_QUERY)
    with running_bench_server(MILLION) as stand:
        yield Figure("loading 1,000,000 tutors, s", stand.loading_seconds, at_most=300, floor=928)
        yield from attempt(_search, stand, small)
        for part in (_kinds, server_memory, horizon.measure):
            yield from attempt(part, stand)


def _search(stand: BenchServer, small: float) -> Iterator[Figure]:
    first, rarest = _median(stand, BROAD_QUERY), _median(stand, RARE_QUERY)
    detail = f"{first:.2f} ms over {small:.2f} ms"
    yield Figure(
        "1,000,000: first page's median over that of 10,000", first / small, at_most=1.5, floor=3, detail=detail
    )
    detail = f"{rarest:.2f} ms over {first:.2f} ms"
    yield Figure("1,000,000: the rarest skill over the first page", rarest / first, at_most=3, floor=12, detail=detail)


def _kinds(stand: BenchServer) -> Iterator[Figure]:
    """One client makes all kinds of requests in turn."""
    free, texts = ([f"{PATH}?{each}&page_size=20" for each in kind] for kind in (FREE_QUERIES, TEXT_QUERIES))
    for name, paths, most, floor in (
        ("search by free time", free, 50, 87),
        ("search by place and name", texts, 50, 87),
        ("facets of everybody", [f"{PATH}facets/"], 60, 2800),
    ):
        load = _run(stand, paths)
        median = f"median {load.percentile(0.5) * 1000:.1f} ms"
        p99 = load.percentile(0.99) * 1000
        yield Figure(f"1,000,000: {name}, p99, ms", p99, at_most=most, floor=floor, detail=median)


def _median(stand: BenchServer, query: str) -> float:
    """The lowest of some rounds' medians in milliseconds, the one least affected by other load."""
    return min(_run(stand, [f"{PATH}?{query}"]).percentile(0.5) for _ in range(ROUNDS)) * 1000


def _run(stand: BenchServer, paths: list[str]) -> Load:
    requests = [prepare(path) for path in paths]
    closed_loop(stand.port, requests, clients=2, seconds=1)
    load = closed_loop(stand.port, requests, clients=1, seconds=SECONDS)
    assert not load.errors, f"{load.errors} errors"
    return load


if __name__ == "__main__":
    sys.exit(report(timed(figures(), MINUTES)))
