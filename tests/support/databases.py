"""Databases beside the one all tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

from local.engines.processes import Engine

numbers = count(1)


@contextmanager
def new_database(engines: dict[str, Engine]) -> Iterator[str]:
    """The address of an empty database."""
    address, name = engines["postgres"].url, f"fresh{next(numbers)}"
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
        try:
            yield address.replace("/tutoring?", f"/{name}?")
        finally:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)")
