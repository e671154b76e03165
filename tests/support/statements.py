"""The SQL statements a block of code causes, as the database server logged them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from shared.kit.db.pool import close_pool
from shared.kit.settings import settings

RECORD = re.compile(r"^\d{4}-\d\d-\d\d ", re.MULTILINE)
# `log_statement = all` writes one of these for each statement, whether simple, extended or prepared.
LOGGED = re.compile(r"LOG:  (?:statement|execute [^:]*): (.*)", re.DOTALL)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement of the block, with whitespace collapsed; the list is filled when the block ends."""
    found: list[str] = []
    with psycopg.connect(settings().database_url, autocommit=True) as observer:
        row = observer.execute("SELECT current_setting('data_directory'), current_database()").fetchone()
        assert row is not None
        log, database = Path(row[0]).with_suffix(".log"), row[1]
        # The setting applies only to new connections.
        observer.execute(f"ALTER DATABASE {database} SET log_statement = 'all'")
        close_pool()
        begin = log.stat().st_size
        try:
            yield found
        finally:
            close_pool()
            observer.execute(f"ALTER DATABASE {database} RESET log_statement")
    with log.open("rb") as lines:
        lines.seek(begin)
        records = RECORD.split(lines.read().decode("utf-8", "replace"))
    sent = [" ".join(logged[1].split()) for each in records if (logged := LOGGED.search(each))]
    # The pool checks a new connection with an empty statement.
    found.extend(each for each in sent if each)
