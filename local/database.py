"""The database of a data folder, for commands that work whether or not the server is running."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local.engines.postgres import database_exists, start_postgres
from local.engines.processes import START_TIMEOUT, socket_folder
from local.migrating import bring_up_to_date
from local.options import CannotStart, Options
from local.stack import DATABASE_URL_FILE, LOCK, FolderInUse, claim


@contextmanager
def database(options: Options, *, migrated: bool = True) -> Iterator[str]:
    """The address of a database that runs during the block.

    It is DATABASE_URL, or else the running server's, or else the data folder's own, which is started for the block and,
    if requested, migrated; a new one is never created. Raises CannotStart.
    """
    with ExitStack() as stack:
        if options.database_url:
            yield options.database_url
            return
        if not (options.data_folder / LOCK).exists():
            raise _no_platform(options)
        try:
            data = claim(options.data_folder, stack)
        except FolderInUse:
            yield _running_database(options.data_folder)
            return
        if not database_exists(data / "postgres"):
            raise _no_platform(options)
        sockets = socket_folder()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        postgres = start_postgres(data / "postgres", sockets)
        stack.callback(postgres.stop)
        if migrated:
            os.environ["DATABASE_URL"] = postgres.url
            bring_up_to_date(options)
        yield postgres.url


def _no_platform(options: Options) -> CannotStart:
    return CannotStart(f"There is no platform in {options.data}; name its folder with DATA=…")


def _running_database(data: Path) -> str:
    """The database address that the running server has written; waits for one that is starting. Raises CannotStart."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            return (data / DATABASE_URL_FILE).read_text()
        except FileNotFoundError:
            time.sleep(0.1)
    raise CannotStart(f"Another process holds the data folder {data} and does not say where its database is.")
