"""Texts that were stored in decomposed Unicode are found as they are typed."""

from collections.abc import Iterator

import psycopg
import pytest

from local.engines.processes import Engine
from tests.infra.test_migrations import migrate, rows
from tests.support.databases import new_database

ROWS = """
INSERT INTO users (email, password_hash, first_name, last_name, is_tutor, confirmed_at) VALUES
    ('a@prz.edu.pl', '', normalize('Żaneta', NFD), normalize('Łoś', NFD), true, now()),
    ('b@prz.edu.pl', '', 'Żaneta', 'Łoś', true, now()),
    ('c@example.com', '', 'Ola', normalize('Kąkol', NFD), false, now());
INSERT INTO tutors (user_id, location, description)
    SELECT id, normalize('Łódź', NFD), normalize('Uczę się', NFD) FROM users WHERE email = 'a@prz.edu.pl'
    UNION ALL SELECT id, U&'\\0958' || repeat('x', 49), NULL FROM users WHERE email = 'b@prz.edu.pl';
INSERT INTO tutoring_sessions (starts_at, ends_at, busy_from, busy_until, kind, form, location)
    SELECT t, t + interval '1 hour', t, t + interval '1 hour', 'individual', 'in_person', place
    FROM (VALUES ('2030-01-01 10:00Z'::timestamptz, normalize('Łódź', NFD)), ('2030-01-02 10:00Z', 'Łódź'))
        AS s (t, place);
"""


@pytest.fixture
def address(engines: dict[str, Engine]) -> Iterator[str]:
    with new_database(engines) as fresh:
        yield fresh


def test_names_places_and_descriptions_are_normalized(address: str) -> None:
    migrate(address, "0007")
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(ROWS)
    migrate(address, "0008")
    names = [("Żaneta", "Łoś"), ("Żaneta", "Łoś"), ("Ola", "Kąkol")]
    assert rows(address, "SELECT first_name, last_name FROM users ORDER BY email") == names
    assert (
        rows(address, "SELECT first_name, last_name, name_folded FROM tutors ORDER BY id")
        == [("Żaneta", "Łoś", " zaneta los ")] * 2
    )
    assert rows(address, "SELECT location, location_folded, description FROM tutors ORDER BY id LIMIT 1") == [
        ("Łódź", " lodz ", "Uczę się")
    ]
    assert rows(address, "SELECT char_length(location) FROM tutors ORDER BY id OFFSET 1") == [(50,)]
    assert rows(address, "SELECT DISTINCT location FROM tutoring_sessions") == [("Łódź",)]
