"""Bookings: many at once with one tutor, which are serialized, and many with many tutors."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import uvloop

from tests.benchmarks.load import Load, connect
from tests.benchmarks.report import Figure
from tests.benchmarks.server import BenchServer
from tests.support.people import People, Person, query

PATH = "/api/reservation/reservation/"
AT_ONCE, ROUNDS = 20, 10
TUTORS, EACH, CLIENTS = 100, 4, 16
FIRST = datetime(2035, 1, 10, tzinfo=UTC)
BARE_TABLES = """
CREATE TABLE IF NOT EXISTS bare_sessions (id bigserial PRIMARY KEY, tutor int, starts_at timestamptz DEFAULT now());
CREATE TABLE IF NOT EXISTS bare_bookings (id bigserial PRIMARY KEY, session bigint REFERENCES bare_sessions)
"""
BARE = """\\set tutor random(1, 100)
BEGIN;
SELECT pg_advisory_xact_lock(:tutor);
WITH made AS (INSERT INTO bare_sessions (tutor) VALUES (:tutor) RETURNING id)
INSERT INTO bare_bookings (session) SELECT id FROM made;
COMMIT;
"""


def measure(stand: BenchServer) -> list[Figure]:
    people = People()
    students = [people.student() for _ in range(TUTORS)]
    return [_on_one_tutor(stand, people.tutor(), students), _of_many(stand, people, students)]


def _on_one_tutor(stand: BenchServer, tutor: Person, students: Sequence[Person]) -> Figure:
    """Twenty students who each book a different hour of the same tutor at the same moment."""
    # The first round does not count: the server still creates and prepares what every booking needs.
    items = add_items(tutor, AT_ONCE * (1 + ROUNDS))
    latencies: list[float] = []
    began = time.process_time()
    for first in range(0, len(items), AT_ONCE):
        places = range(first, first + AT_ONCE)
        requests = [booking(students[place % len(students)], items[place]) for place in places]
        load = book_all(stand.port, requests, clients=AT_ONCE)
        latencies += load.latencies if first else ()
    load = Load(1, sorted(latencies), 0)
    # The client shares the processors with the server it measures.
    client = (time.process_time() - began) / len(items)
    detail = f"median {load.percentile(0.5) * 1000:.1f} ms, slowest {load.latencies[-1] * 1000:.1f} ms"
    detail += f"; of processor time the client took {client * 1000:.2f} ms a booking"
    return Figure("booking: 20 at once on one tutor, p99, ms", load.percentile(0.99) * 1000, at_most=25, detail=detail)


def _of_many(stand: BenchServer, people: People, students: Sequence[Person]) -> Figure:
    """Bookings/s relative to a bare transaction: an advisory lock and two inserts."""
    requests = []
    for place in range(TUTORS):
        items = add_items(people.tutor(), EACH, FIRST + timedelta(days=30))
        requests += [booking(students[(place + turn) % TUTORS], item) for turn, item in enumerate(items)]
    with psycopg.connect(stand.database_url, autocommit=True) as db:
        db.execute(BARE_TABLES)
    limit = stand.pgbench(BARE)
    load = book_all(stand.port, requests, clients=CLIENTS)
    detail = f"{load.rate:.0f}/s over {limit:.0f}/s, p99 {load.percentile(0.99) * 1000:.1f} ms"
    return Figure("bookings/s of 100 tutors over the bare transaction", load.rate / limit, detail=detail)


def add_items(tutor: Person, number: int, first: datetime = FIRST) -> list[int]:
    """Add bookable hours; returns their ids."""
    starts = [first + timedelta(hours=2 * place) for place in range(number)]
    statement = (
        "INSERT INTO schedule_items (tutor_id, starts_at, ends_at)"
        " SELECT %s, at, at + interval '1 hour' FROM unnest(%s::timestamptz[]) at RETURNING id"
    )
    return [row[0] for row in query(statement, tutor.tutor_id, starts)]


def booking(student: Person, item: int) -> bytes:
    body = json.dumps({"schedule_item": item})
    return (
        f"POST {PATH} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\nauthorization: Bearer {student.access}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()


def book_all(port: int, requests: Sequence[bytes], *, clients: int) -> Load:
    """Send every request once. Raises AssertionError if one is not answered 201."""
    return uvloop.run(_book_all(port, requests, clients))


async def _book_all(port: int, requests: Sequence[bytes], clients: int) -> Load:
    connections = [await connect(port) for _ in range(clients)]
    latencies: list[float] = []
    left = iter(requests)
    started = time.perf_counter()

    async def book(number: int) -> None:
        for request in left:
            asked = time.perf_counter()
            answer = await connections[number].ask(request)
            latencies.append(time.perf_counter() - asked)
            assert answer.startswith(b"HTTP/1.1 201"), answer

    await asyncio.gather(*(book(number) for number in range(clients)))
    return Load(time.perf_counter() - started, sorted(latencies), 0)
