"""Loads very many tutors in bulk: rows that triggers would create one by one are created all at once.

With triggers, a million tutors took a quarter of an hour. Here triggers and foreign keys are off meanwhile, indexes
are created at the end, and ratings come before the tutors, whose rows are inserted with their final counters.
`test_filling.py` compares the rows with those that the triggers create.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

RARE_SKILL = "Esperanto"
# The first tutors get only a few schedule items; the tutors after them, if any, get full schedules.
BOOKABLE = 1_000
# With more tutors than this, schedules cover one week instead of four.
LARGE = 200_000

USERS = """
INSERT INTO users (email, password_hash, first_name, last_name, is_tutor, confirmed_at)
SELECT 'listed' || n || '@prz.edu.pl', '-',
    (ARRAY['Anna', 'Jan', 'Łucja', 'Paweł', 'Katarzyna', 'Michał', 'Zofia', 'Piotr', 'Ewa', 'Tomasz'])[1 + n %% 10],
    (ARRAY['Kowalska', 'Nowak', 'Wiśniewska', 'Żak', 'Wójcik', 'Kamińska', 'Zieliński', 'Szymańska', 'Woźniak'])
        [1 + n %% 9] || '-' || chr(97 + n %% 26) || chr(97 + n / 26 %% 26) || chr(97 + n / 676 %% 26), true, now()
FROM generate_series(1, %(tutors)s) n
"""
RATERS = """
INSERT INTO users (email, password_hash, first_name, last_name, confirmed_at)
SELECT 'rater' || n || '@example.com', '-', 'Ola', 'Nowak', now() FROM generate_series(1, 12) n
"""
RATINGS = """
INSERT INTO ratings (tutor_id, student_id, rating, review, verified)
SELECT tutor_id, id, 3 + floor(random() * 3)::int, 'Świetnie tłumaczy, polecam każdemu.', (tutor_id + n) %% 3 > 0
FROM generate_series(1, %(tutors)s) tutor_id
JOIN (SELECT id, row_number() OVER () AS n FROM users WHERE NOT is_tutor) student
    ON student.n <= floor(abs(sin(tutor_id)) * 12)
"""
TUTOR_ROWS = """
INSERT INTO tutors (id, user_id, description, price, location, online_sessions, in_person_sessions,
    individual_sessions, group_sessions, skills, first_name, last_name, listed, name_folded, rating_count, rating_sum,
    verified_count, verified_sum)
OVERRIDING SYSTEM VALUE
SELECT n, account.id, 'Uczę od wielu lat, z pasją i cierpliwością. ' || repeat('Zapraszam na zajęcia. ', 5),
    20 + (random() * 180)::int,
    (ARRAY['Rzeszów', 'Kraków', 'Warszawa Śródmieście', 'Łódź', 'Gdańsk', 'Poznań'])[1 + floor(random() * 6)::int],
    is_online, NOT is_online OR random() < 0.3, true, random() < 0.3,
    (SELECT array_agg(name) FROM (SELECT name FROM skills WHERE id <= 18 AND account.id IS NOT NULL
        ORDER BY random() LIMIT 1 + floor(random() * 3)::int) chosen),
    first_name, last_name, confirmed_at IS NOT NULL, ' ' || fold(first_name || ' ' || last_name) || ' ',
    coalesce(ratings, 0), coalesce(points, 0), coalesce(verified, 0), coalesce(verified_points, 0)
FROM (
    SELECT *, split_part(substr(email, 7), '@', 1)::int AS n, random() < 0.7 AS is_online FROM users WHERE is_tutor
) account
LEFT JOIN (
    SELECT tutor_id, count(*) AS ratings, sum(rating) AS points, count(*) FILTER (WHERE verified) AS verified,
        sum(rating) FILTER (WHERE verified) AS verified_points
    FROM ratings WHERE hidden_at IS NULL GROUP BY tutor_id
) counted ON counted.tutor_id = n
ORDER BY n
"""
IDS = "SELECT setval(pg_get_serial_sequence('tutors', 'id'), max(id)) FROM tutors"
TERMS = """
INSERT INTO booking_terms (tutor_id, session_lengths, buffer_after, max_per_day)
SELECT id, CASE WHEN id % 10 = 0 THEN '{45,90}' ELSE '{60}' END::smallint[], 15 * (id % 5 / 4),
    CASE WHEN id % 7 = 0 THEN 2 END
FROM tutors
"""
FACETS = """
INSERT INTO facet_counts (kind, value, listed, complete)
SELECT f.kind, f.value, sum(f.listed), sum(f.complete)
FROM tutors t, facets_of(t.listed, t.is_complete, t.skills, t.location) f GROUP BY f.kind, f.value
"""
FEW_ITEMS = """
INSERT INTO schedule_items (tutor_id, starts_at, ends_at)
SELECT id, now() + n * interval '1 day', now() + n * interval '1 day' + interval '1 hour'
FROM tutors, generate_series(1, 5) n WHERE id <= %(bookable)s
"""
# About two to six afternoons a week; fourteen of 100,000 tutors are available before dawn.
ITEMS = """
INSERT INTO schedule_items (tutor_id, starts_at, ends_at, source)
SELECT w.tutor_id, (day + w.starts * interval '1 hour') AT TIME ZONE 'Europe/Warsaw',
    (day + (w.starts + w.lasts) * interval '1 hour') AT TIME ZONE 'Europe/Warsaw', 'rule'
FROM (
    SELECT t.id AS tutor_id, weekday, 8 + floor((random() + random()) * 6)::int AS starts,
        1 + floor(random() * 3)::int AS lasts
    FROM tutors t, generate_series(1, 7) weekday WHERE t.id > %(bookable)s AND random() < 4.0 / 7
    UNION ALL
    SELECT t.id, weekday, 3, 2 FROM tutors t, generate_series(1, 7) weekday WHERE t.id %% 7000 = 0
) w
JOIN (SELECT (current_date + n)::timestamp AS day FROM generate_series(1, %(days)s) n) days
    ON extract(isodow FROM day) = w.weekday
"""
# A fifth of the schedule items are partly booked.
SESSIONS = """
INSERT INTO tutoring_sessions (tutor_id, starts_at, ends_at, busy_from, busy_until, kind, form)
SELECT tutor_id, starts_at, starts_at + interval '1 hour', starts_at, starts_at + interval '1 hour', 'individual',
    'online'
FROM schedule_items WHERE tutor_id > %(bookable)s AND random() < 0.2
"""
# With triggers on, including the one that maintains the facet counts.
RARE = """
UPDATE tutors SET skills = skills || %(skill)s::text WHERE id IN (SELECT id FROM tutors ORDER BY random() LIMIT 15)
"""
# No benchmark books these schedules, so they need no constraint: building its index would double the time.
UNGUARDED = """
ALTER TABLE schedule_items DROP CONSTRAINT schedule_items_overlap;
ALTER TABLE tutoring_sessions DROP CONSTRAINT tutoring_sessions_overlap
"""
TABLES = ("users", "ratings", "tutors", "booking_terms", "schedule_items", "tutoring_sessions")
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def fill(url: str, tutors: int) -> None:
    """Add tutors with up to eleven ratings each and, above a thousand, a schedule; fifteen offer a rare skill."""
    with psycopg.connect(url, autocommit=True) as db:
        fill_tables(db, tutors)
        db.execute("VACUUM (ANALYZE)")
        # Otherwise the data would be written to disk during a measurement.
        db.execute("CHECKPOINT")


def fill_tables(db: psycopg.Connection[Any], tutors: int) -> None:
    days = 28 if tutors <= LARGE else 7
    values: dict[str, Any] = {"tutors": tutors, "bookable": BOOKABLE, "days": days, "skill": RARE_SKILL}
    db.execute("SELECT setseed(0.5)")
    db.execute("INSERT INTO skills (name) VALUES (%(skill)s)", values)
    with loading_in_bulk(db, TABLES):
        for statement in (USERS, RATERS, RATINGS):
            db.execute(statement, values)
        db.execute("ANALYZE users, ratings")
        for statement in (TUTOR_ROWS, FEW_ITEMS):
            db.execute(statement, values)
        for statement in (IDS, TERMS, FACETS):
            db.execute(statement)
        if tutors > BOOKABLE:
            db.execute(UNGUARDED)
            for statement in (ITEMS, SESSIONS):
                db.execute(statement, values)
    db.execute(RARE, values)


@contextmanager
def loading_in_bulk(db: psycopg.Connection[Any], tables: Sequence[str]) -> Iterator[None]:
    """Turn triggers, foreign keys and indexes off: the block does the triggers' work; indexes are created after it."""
    indexes = db.execute(INDEXES, (list(tables),)).fetchall()
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    db.execute(
        "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'"
    )
    yield
    for _, definition in indexes:
        db.execute(definition)
    db.execute("RESET session_replication_role; RESET synchronous_commit; RESET maintenance_work_mem")
