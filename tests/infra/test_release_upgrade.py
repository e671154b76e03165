"""A database of release 1.0.0 with its demo data is upgraded to this release and keeps its data."""

import lzma
import re
import subprocess
from pathlib import Path

import pytest

from functions.migrations.service import SCRIPTS
from local.demo.accounts import STUDENT
from local.engines.postgres import postgres_binary
from local.engines.processes import Engine
from shared.kit.security.password_hashes import password_matches
from tests.infra.test_migrations import FIRST_WITH_TODAYS_NAMES, migrate, rows, schema
from tests.support.databases import new_database

# Made with pg_dump from a server of 1.0.0 that had just been started with its demo data.
DUMP = Path(__file__).parent / "release_1.0.0.sql.xz"
# Tables that have been renamed since.
RENAMED = {
    "outbox": "mail_outbox",
    "members": "conversation_members",
    "sessions": "sign_in_sessions",
    "waitlist": "waitlist_entries",
}
STEPS = [path for path in (SCRIPTS / "versions").glob("0*.py") if path.name > f"{FIRST_WITH_TODAYS_NAMES}_~"]
COUNT = "SELECT count(*) FROM {}"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def load(address: str) -> None:
    dump = lzma.decompress(DUMP.read_bytes())
    command = [postgres_binary("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", address]
    ended = subprocess.run(command, input=dump, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()


def counts(address: str) -> dict[str, int]:
    names = [name for (name,) in rows(address, TABLES) if name != "alembic_version"]
    return {name: rows(address, COUNT.format(name))[0][0] for name in names}


def without_parentheses(address: str) -> str:
    """The schema without parentheses, as dumping and restoring a condition changes only those."""
    return re.sub("[()]", "", repr(schema(address)))


def test_release_1_0_0_is_upgraded_with_all_its_data(engines: dict[str, Engine]) -> None:
    with new_database(engines) as old, new_database(engines) as fresh:
        load(old)
        before = counts(old)
        migrate(old, "head")
        migrate(fresh, "head")
        assert without_parentheses(old) == without_parentheses(fresh)
        after = counts(old)
        kept = {RENAMED.get(name, name): number for name, number in before.items()}
        assert (kept["users"], kept["bookings"], kept["messages"]) == (162, 744, 8)
        lost = {name: (number, after.get(name)) for name, number in kept.items() if after.get(name) != number}
        assert lost == {}
        [(password_hash,)] = rows(old, f"SELECT password_hash FROM users WHERE email = '{STUDENT.email}'")
        assert password_matches(password_hash, STUDENT.password)
        [(body,)] = rows(old, "SELECT body FROM messages ORDER BY seq DESC LIMIT 1")
        assert body == "Do czwartku! Proszę wziąć kalkulator i kartę wzorów."


@pytest.mark.proof
def test_every_migration_can_be_reverted_and_repeated_with_all_its_data(engines: dict[str, Engine]) -> None:
    with new_database(engines) as address:
        load(address)
        migrate(address, "head")
        before = counts(address)
        for _step in range(len(STEPS)):
            migrate(address, "--1")
            assert {name: number for name, number in counts(address).items() if before[name] != number} == {}
        migrate(address, "head")
        assert counts(address) == before


def test_the_dump_is_small() -> None:
    assert DUMP.stat().st_size < 200_000
