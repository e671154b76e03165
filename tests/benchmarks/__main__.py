"""`make bench`: every figure of speed with its target."""

import sys

from tests.benchmarks import chat, cold_start, search
from tests.benchmarks.server import running_bench_server


def main() -> None:
    with running_bench_server() as stand:
        figures = [*search.measure(stand), *chat.measure(stand)]
        figures += cold_start.measure(stand)
    for figure in figures:
        print(figure.row())
    sys.exit(not all(figure.met for figure in figures))


if __name__ == "__main__":
    main()
