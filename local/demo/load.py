"""Loads the demo data: tutors, students, ratings, calendars and a conversation."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from functions.chat.domain.members import pair_key
from local.demo.accounts import CLASSMATE, DEMO_ACCOUNTS, STUDENT
from local.demo.conversation import MESSAGES
from local.demo.load_calendars import add_calendars
from local.demo.people import Account, Offer, Population, Tutor, populate
from shared.kit.db.pool import PooledConnection
from shared.kit.observability.log import logger
from shared.kit.security.password_hashes import hash_password
from shared.kit.settings import settings

# Matches no password, so nobody can sign in with it.
UNUSABLE = "!"
# Nobody can sign in as this tutor and so delete it: if it exists, the data was loaded.
IS_LOADED = "SELECT FROM users WHERE lower(email) = 'tutor1@demo.example'"
# An account registered with that address would have a password.
IS_DEMO = f"{IS_LOADED} AND password_hash = '{UNUSABLE}'"

USER_COLUMNS = ("id", "email", "password_hash", "first_name", "last_name", "is_tutor", "confirmed_at", "created_at")
SWITCHES = tuple(field.name for field in fields(Offer))
TUTOR_COLUMNS = ("user_id", "description", "price", "location", "skills", *SWITCHES)


def load_demo_data() -> None:
    """Fill the database in one transaction, unless it was filled before."""
    # A single connection: this process may be only the supervisor of workers, and needs no pool.
    with PooledConnection.connect(settings().database_url, autocommit=True) as db:
        if db.execute(IS_LOADED).fetchone() is not None:
            return
        try:
            with db.transaction():
                _load(db, datetime.now(UTC))
        except psycopg.errors.UniqueViolation as error:
            # Another server is loading the same database, or somebody has registered a demo address.
            logger().warning("demo data not loaded", extra={"error": error.diag.message_detail})


def has_demo_data() -> bool:
    with PooledConnection.connect(settings().database_url, autocommit=True) as db:
        return db.execute(IS_DEMO).fetchone() is not None


def _load(db: PooledConnection, now: datetime) -> None:
    people = populate(now)
    _add_users(db, people)
    tutor_ids = _add_tutors(db, people.tutors)
    _add_schedules(db, people.tutors, tutor_ids)
    add_calendars(db, people, tutor_ids, now)
    # After the sessions, so that the ratings are verified at once.
    _add_ratings(db, people.tutors, tutor_ids)
    _add_conversation(db, people.students[0], people.tutors[0].account, now)


def _copy(db: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with db.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _add_users(db: psycopg.Connection[Any], people: Population) -> None:
    hashes = {demo.email: hash_password(demo.password) for demo in DEMO_ACCOUNTS}
    # Hashing takes long, so the classmate has the student's password.
    hashes[CLASSMATE.email] = hashes[STUDENT.email]

    def row(account: Account, *, is_tutor: bool) -> Sequence[Any]:
        password_hash = hashes.get(account.email, UNUSABLE)
        names = account.first_name, account.last_name
        return account.id, account.email, password_hash, *names, is_tutor, account.created_at, account.created_at

    rows = [row(student, is_tutor=False) for student in people.students]
    rows += [row(tutor.account, is_tutor=True) for tutor in people.tutors]
    _copy(db, "users", USER_COLUMNS, rows)


def _add_tutors(db: psycopg.Connection[Any], tutors: list[Tutor]) -> dict[UUID, int]:
    """Returns the database's ids, by account."""
    rows = (
        (each.account.id, each.description, each.price, each.location, each.skills, *astuple(each.offer))
        for each in tutors
    )
    _copy(db, "tutors", TUTOR_COLUMNS, rows)
    accounts = [tutor.account.id for tutor in tutors]
    return dict(db.execute("SELECT user_id, id FROM tutors WHERE user_id = ANY(%s)", (accounts,)).fetchall())


def _add_ratings(db: psycopg.Connection[Any], tutors: list[Tutor], tutor_ids: dict[UUID, int]) -> None:
    """Oldest first: ratings are listed in order of their ids."""
    rows = [
        (tutor_ids[tutor.account.id], rating.student.id, rating.stars, rating.review, rating.created_at)
        for tutor in tutors
        for rating in tutor.ratings
    ]
    columns = ("tutor_id", "student_id", "rating", "review", "created_at")
    _copy(db, "ratings", columns, sorted(rows, key=lambda row: row[-1]))


def _add_schedules(db: psycopg.Connection[Any], tutors: list[Tutor], tutor_ids: dict[UUID, int]) -> None:
    rows = ((tutor_ids[tutor.account.id], *period) for tutor in tutors for period in tutor.schedule)
    _copy(db, "schedule_items", ("tutor_id", "starts_at", "ends_at"), rows)


ADD_CONVERSATION = """
INSERT INTO conversations (pair, last_seq, created_at, updated_at) VALUES (%s, %s, %s, %s) RETURNING id
"""


def _add_conversation(db: psycopg.Connection[Any], student: Account, tutor: Account, now: datetime) -> None:
    authors = {account.email: account.id for account in (student, tutor)}
    moments = [now - timedelta(minutes=minutes) for _author, minutes, _body in MESSAGES]
    about = pair_key(student.id, tutor.id), len(MESSAGES), moments[0], moments[-1]
    conversation_id = db.execute(ADD_CONVERSATION, about).fetchall()[0][0]
    _copy(
        db,
        "conversation_members",
        ("conversation_id", "user_id"),
        [(conversation_id, each.id) for each in (student, tutor)],
    )
    rows = (
        (conversation_id, seq, authors[author.email], body, moment)
        for seq, ((author, _minutes, body), moment) in enumerate(zip(MESSAGES, moments, strict=True), start=1)
    )
    _copy(db, "messages", ("conversation_id", "seq", "created_by", "body", "created_at"), rows)
