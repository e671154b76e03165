"""Overrides made by deletions are distinguished from entered ones, and items of clock-change nights are made again."""

from collections.abc import Iterator

import psycopg
import pytest

from local.engines.processes import Engine
from tests.infra.test_migrations import migrate, rows
from tests.support.databases import new_database

ROWS = """
INSERT INTO users (email, password_hash, first_name, last_name, is_tutor, confirmed_at)
    SELECT n || '@prz.edu.pl', '', 'Ola', 'Kos', true, now() FROM generate_series(1, 3) AS n;
INSERT INTO tutors (user_id) SELECT id FROM users;
UPDATE booking_terms SET horizon = current_date + 60;
INSERT INTO weekly_hours (tutor_id, weekday, starts, ends)
    SELECT min(id), 7, 120, 600 FROM tutors UNION ALL SELECT max(id), 7, 540, 600 FROM tutors;
INSERT INTO hours_overrides (tutor_id, kind, first_day, last_day, starts, ends, note)
    SELECT id, kind, current_date, current_date + days, starts, ends, note
    FROM (SELECT max(id) AS id FROM tutors) last, (VALUES
        ('off', 0, 540, 600, ''), ('off', 0, 540, 600, 'Lekarz'), ('off', 0, 0, 1440, ''), ('off', 1, 540, 600, ''),
        ('extra', 0, 540, 600, '')) AS made (kind, days, starts, ends, note);
"""


@pytest.fixture
def address(engines: dict[str, Engine]) -> Iterator[str]:
    with new_database(engines) as fresh:
        yield fresh


def test_overrides_left_by_deletions_do_not_count_and_early_hours_are_made_again(address: str) -> None:
    migrate(address, "0006")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(ROWS)
    migrate(address, "0007")
    entered = "SELECT entered FROM hours_overrides ORDER BY id"
    assert rows(address, entered) == [(False,), (True,), (True,), (True,), (True,)]
    made_again = "SELECT horizon IS NULL FROM booking_terms ORDER BY tutor_id"
    assert rows(address, made_again) == [(True,), (False,), (False,)]
