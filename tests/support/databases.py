"""Databases in addition to the one that all tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from psycopg.conninfo import conninfo_to_dict

from local.engines.processes import Engine

numbers = count(1)


@contextmanager
def new_database(engines: dict[str, Engine], *, copied: str = "") -> Iterator[str]:
    """The URL of a new empty database, or of a copy of one that has no connections."""
    address, name = engines["postgres"].url, f"fresh{next(numbers)}"
    template = f" TEMPLATE {conninfo_to_dict(copied)['dbname']}" if copied else ""
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}{template}")
        try:
            yield address.replace("/tutoring?", f"/{name}?")
        finally:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)")
