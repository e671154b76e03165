"""`python -m local.backup make FILE | restore FILE`: what `make backup` and `make restore` call."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from local.backup.make import make_backup
from local.backup.restore import restore_backup
from local.options import CannotStart, read_options

USAGE = """Usage: make backup [FILE=backup.tar]     writes database, pictures and keys into a file; the server may run
       make restore FILE=backup.tar      restores them; FORCE=1 in place of what is there
DATA= as for make run"""


def main() -> None:
    try:
        options = read_options()
        match [each.strip() for each in sys.argv[1:]]:
            case ["make", file]:
                print(make_backup(options, Path(file or default_name()).absolute()))
            case ["restore", file] if file:
                print(restore_backup(options, Path(file).absolute(), force=os.environ.get("FORCE") == "1"))
            case _:
                sys.exit(USAGE)
    except CannotStart as reason:
        sys.exit(str(reason))
    except psycopg.Error as error:
        sys.exit(f"The database cannot be used: {str(error).splitlines()[0]}")
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def default_name() -> str:
    return f"backup-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.tar"


if __name__ == "__main__":
    main()
