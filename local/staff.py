"""`python -m local.staff EMAIL`: make an account staff, whether the server runs or not."""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from functions.accounts.schemas import email_complaints
from functions.migrations.service import upgrade
from local.engines import START_TIMEOUT, database_exists, socket_folder, start_postgres
from local.options import CannotStart, Options, read_options
from local.stack import DATABASE_URL_FILE, LOCK, FolderInUse, claim
from shared.kit.security.password_hashes import hash_password

USAGE = "Usage: make staff EMAIL=ola@example.com DATA=.data"
# The last column: None for a new account, else whether its address was confirmed before.
MAKE_STAFF = """
WITH before AS (SELECT confirmed_at FROM users WHERE lower(email) = lower(%(email)s))
INSERT INTO users (email, password_hash, is_staff, confirmed_at) VALUES (%(email)s, %(password_hash)s, true, now())
ON CONFLICT (lower(email)) DO UPDATE SET is_staff = true, confirmed_at = coalesce(users.confirmed_at, now())
RETURNING email, (SELECT confirmed_at IS NOT NULL FROM before)
"""


def main() -> None:
    email = sys.argv[1].strip() if len(sys.argv) == 2 else ""
    if not email:
        sys.exit(USAGE)
    if email_complaints(email):
        sys.exit(f"{email} is not an e-mail address.")
    try:
        options = read_options()
        with database(options) as url:
            where = "" if options.database_url else f"In {options.data}: "
            print(where + make_staff(url, email))
    except CannotStart as reason:
        sys.exit(str(reason))
    except psycopg.Error as error:
        sys.exit(f"The database cannot be used: {str(error).splitlines()[0]}")


def make_staff(url: str, email: str) -> str:
    """Make the account of an address confirmed and staff; add it if there is none. Returns what was done."""
    password = secrets.token_urlsafe(12)
    with psycopg.connect(url) as db:
        values = {"email": email, "password_hash": hash_password(password)}
        ((known, was_confirmed),) = db.execute(MAKE_STAFF, values).fetchall()
    if was_confirmed is None:
        return f"Added the staff account {known} with the password {password} (it is not shown again)."
    if not was_confirmed:
        return f"{known} is staff. Its address was not confirmed before: somebody else may know its password."
    return f"{known} is staff."


@contextmanager
def database(options: Options) -> Iterator[str]:
    """The address of a database that runs while the block does.

    It is the one of DATABASE_URL, else the running server's, else the data folder's own, started for the
    purpose; a new one is never made: no server would look there for the account. Raises CannotStart.
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
        os.environ["DATABASE_URL"] = postgres.url
        upgrade()
        yield postgres.url


def _no_platform(options: Options) -> CannotStart:
    return CannotStart(f"There is no platform in {options.data}; name its folder: make staff EMAIL=… DATA=…")


def _running_database(data: Path) -> str:
    """What the running server has written down; one that is starting soon will. Raises CannotStart."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            return (data / DATABASE_URL_FILE).read_text()
        except FileNotFoundError:
            time.sleep(0.1)
    raise CannotStart(f"Another process holds the data folder {data} and does not say where its database is.")


if __name__ == "__main__":
    main()
