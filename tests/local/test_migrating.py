"""Starting brings the database up to date, and imports the migration code only if there is something to do."""

import subprocess
import sys
from unittest.mock import patch

import pytest

from local.engines.processes import Engine
from local.migrating import bring_up_to_date
from local.options import Options
from tests.conftest import read_settings_again
from tests.infra.test_migrations import migrate, rows
from tests.support.databases import new_database
from tests.support.local_server import ROOT, environment

REVISION = "SELECT version_num FROM alembic_version"


def test_a_database_of_this_release_is_not_migrated(platform: None) -> None:
    with patch("functions.migrations.service.upgrade", side_effect=AssertionError):
        bring_up_to_date(Options())


def test_empty_databases_and_those_of_the_previous_release_are_migrated(
    engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_database(engines) as address:
        monkeypatch.setenv("DATABASE_URL", address)
        read_settings_again()
        bring_up_to_date(Options())
        newest = rows(address, REVISION)
        migrate(address, "-0040")
        bring_up_to_date(Options())
        assert rows(address, REVISION) == newest > [("0040",)]
    monkeypatch.undo()
    read_settings_again()


def test_a_server_does_not_import_alembic() -> None:
    read = (
        "import local.app, local.server, sys; sys.exit(any(each in sys.modules for each in ('alembic', 'sqlalchemy')))"
    )
    assert subprocess.run([sys.executable, "-c", read], cwd=ROOT, env=environment(), check=False).returncode == 0
