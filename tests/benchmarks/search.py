"""Tutor search and details: requests per second of one process against single-client pgbench on the same SQL."""

import re
from typing import Any
from urllib.parse import quote

import psycopg

from functions.tutors.data.best_tutors import BEST, FIND_BEST, LAST_OF_BEST, parameters
from functions.tutors.data.queries import PUBLIC_DETAILS
from functions.tutors.data.search_statement import search_statement
from functions.tutors.domain.read_filters import read_filters
from shared.kit.db.libpq import Prepared
from shared.kit.http.cursor_pagination import Cursor
from tests.benchmarks.filling import RARE_SKILL
from tests.benchmarks.load import Load, closed_loop, most_rate, paced, prepare
from tests.benchmarks.report import Figure
from tests.benchmarks.server import BenchServer
from tests.benchmarks.tail import tail

PATH = "/api/user/tutor/search/"
QUERY = f"skills={quote('Fizyka')}&price__gte=50&price__lte=100&page_size=20"
# Matches every other tutor, so that there is a page 1,000.
BROAD = "&".join(f"skills={quote(name)}" for name in ("Fizyka", "Chemia", "Muzyka", "Polski", "Historia"))
BROAD_QUERY = f"{BROAD}&price__gte=30&price__lte=190&page_size=20"
RARE_QUERY = f"skills={RARE_SKILL}&price__gte=30&price__lte=190&page_size=20"
# By free time: many tutors, with other filters, fourteen tutors, one evening, half an hour, an unusual length.
FREE_QUERIES = (
    "free_from=16:00&free_to=20:00&free_weekdays=1,3",
    f"free_from=16:00&free_to=20:00&{QUERY}",
    "free_from=03:00&free_to=05:00",
    "free_from=20:00&free_to=22:00&free_weekdays=7&free_within=60",
    "free_from=16:00&free_to=16:30",
    "free_from=08:00&free_to=12:00&free_length=90&sorting_by_hourly_rate=asc",
    f"free_from=03:00&free_to=05:00&skills={RARE_SKILL}",
)
# By location and name: with and without diacritics, many and few matches, with other filters.
TEXT_QUERIES = tuple(
    quote(query, safe="=&_")
    for query in (
        "tutoring_location=rzeszów&skills=Fizyka&skills=Matematyka&price__lte=100&sorting_by_average_rating=desc",
        "tutoring_location=krakow",
        "search_by_full_name=nowak&tutoring_location=łódź",
        "search_by_full_name=łucja kowalska",
        "search_by_full_name=nowka",
    )
)
TUTOR = 5
CLIENTS = 8
PACED_CLIENTS = 32
SECONDS = 4
ROUNDS = 3


def measure(stand: BenchServer) -> list[Figure]:
    return [*measure_search(stand), *measure_pages(stand), *measure_kinds(stand), *measure_details(stand)]


def measure_search(stand: BenchServer) -> list[Figure]:
    with psycopg.connect(stand.database_url) as db:
        last = LAST_OF_BEST.get(db, {"others": BEST - 1})
    script = literal_sql(stand.database_url, FIND_BEST, *parameters(read_filters(QUERY.encode()), last=last))
    ratio, detail = against_pgbench(stand, f"{PATH}?{QUERY}", script)
    rate = float(detail.split("/s")[0])
    p99, rounds = tail(
        lambda seconds: paced(
            stand.port, [prepare(f"{PATH}?{QUERY}")], rate=rate / 2, clients=PACED_CLIENTS, seconds=seconds
        ),
        lambda seconds: stand.paced_pgbench(script, rate / 2, seconds),
        "pgbench at the same rate",
    )
    return [
        Figure("search: requests/s over pgbench", ratio, at_least=0.8, floor=0.42, detail=detail),
        Figure("search: p99 at half load, ms", p99, at_most=15, floor=15, detail=rounds),
    ]


def measure_pages(stand: BenchServer) -> list[Figure]:
    """First page, page 1,000 and the rarest filter: the slowest over the fastest."""
    queries = {
        "first": BROAD_QUERY,
        "page 1,000": f"{BROAD_QUERY}&cursor={cursor_after(stand, 999 * 20)}",
        "rarest": RARE_QUERY,
    }
    medians = {name: _run(stand, f"{PATH}?{query}").percentile(0.5) for name, query in queries.items()}
    detail = ", ".join(f"{name} {median * 1000:.2f} ms" for name, median in medians.items())
    return [
        Figure(
            "search: slowest over fastest of three kinds of page",
            max(medians.values()) / min(medians.values()),
            at_most=3,
            floor=3,
            detail=detail,
        )
    ]


def measure_kinds(stand: BenchServer) -> list[Figure]:
    """One client searches by all kinds of texts and hours in turn, twenty tutors a page, then requests facets.

    Facets of all tutors are maintained by triggers; those of a skill and a price are counted among 28,000 tutors.
    """
    texts, hours = ([prepare(f"{PATH}?{each}&page_size=20") for each in kind] for kind in (TEXT_QUERIES, FREE_QUERIES))
    facets, facets_of_some = ([prepare(f"{PATH}facets/?{query}")] for query in ("", QUERY))
    figures = []
    for name, requests, most, floor in (
        ("search by place and name", texts, 50, 50),
        ("search by free time", hours, 50, 50),
        ("facets of everybody", facets, 30, 281),
        ("facets by skill and price", facets_of_some, 100, 281),
    ):
        closed_loop(stand.port, requests, clients=CLIENTS, seconds=1)
        load = closed_loop(stand.port, requests, clients=1, seconds=SECONDS)
        assert not load.errors, f"{load.errors} errors"
        median = f"median {load.percentile(0.5) * 1000:.1f} ms"
        figures.append(
            Figure(f"{name}: p99, ms", load.percentile(0.99) * 1000, at_most=most, floor=floor, detail=median)
        )
    return figures


def measure_details(stand: BenchServer) -> list[Figure]:
    script = literal_sql(stand.database_url, PUBLIC_DETAILS, str(TUTOR), "Europe/Warsaw")
    ratio, detail = against_pgbench(stand, f"/api/user/tutor/details/{TUTOR}/", script)
    return [Figure("details: requests/s over pgbench", ratio, at_least=0.9, floor=0.55, detail=detail)]


def against_pgbench(stand: BenchServer, path: str, script: str) -> tuple[float, str]:
    """The median ratio of a few rounds, each of which measures both in turn."""
    most_rate(stand.port, path, clients=CLIENTS, seconds=1)
    rounds = []
    for _ in range(ROUNDS):
        limit = stand.pgbench(script)
        rate = most_rate(stand.port, path, clients=CLIENTS, seconds=SECONDS)
        rounds.append((rate / limit, f"{rate:.0f}/s over {limit:.0f}/s"))
    return sorted(rounds)[ROUNDS // 2]


def cursor_after(stand: BenchServer, place: int) -> str:
    """The cursor after a number of tutors."""
    filters = read_filters(BROAD_QUERY.encode())
    statement, parameters = search_statement(filters)
    with psycopg.connect(stand.database_url) as db:
        row: Any = db.execute(f"{statement} OFFSET {place - 1}", {**parameters, "rows": place}).fetchone()
    return Cursor(filters.order.name, str(row[1]), row[0]).text()


def literal_sql(database_url: str, prepared: Prepared, *values: str | None) -> str:
    """A statement with literal values, as one line of a pgbench script."""
    statement = re.sub(r"\$(\d+)", r"%(p\1)s", prepared.statement.decode())
    parameters = {f"p{number}": value for number, value in enumerate(values, 1)}
    with psycopg.connect(database_url) as db:
        return " ".join(psycopg.ClientCursor(db).mogrify(statement, parameters).split()) + ";\n"


def _run(stand: BenchServer, path: str) -> Load:
    return closed_loop(stand.port, [prepare(path)], clients=1, seconds=SECONDS)
