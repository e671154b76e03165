"""Opening, closing and listing the sockets of a conversation reads no rows of other sockets, however many are open.

A database session keeps its plans while tables grow, so they must be right although few sockets were open.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from functions.chat.data import connections, presence, user_sockets
from shared.data.connections import FORGET_GONE
from shared.kit.settings import settings
from tests.support.conversations import add_conversation
from tests.support.people import People, Person

FEW, MANY = 3, 100
OPEN = """
INSERT INTO connections (id, user_id, session_id, protocol)
SELECT 'socket' || s.id || n, s.user_id, s.id, 3 FROM sign_in_sessions s, generate_series(1, %s) n WHERE s.user_id = %s
"""
READ = "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'connections'"
Talk = tuple[Person, UUID]


@pytest.fixture
def db(platform: None) -> Iterator[psycopg.Connection[Any]]:
    """A separate database session that prepares every statement and keeps one plan for all values."""
    with psycopg.connect(settings().database_url, autocommit=True, prepare_threshold=0) as session:
        session.execute("SET plan_cache_mode = force_generic_plan")
        # The default, as on AWS; the test database has a lower value, which favours indexes.
        session.execute("SET random_page_cost = 4")
        yield session


@pytest.fixture
def talk(people: People) -> Talk:
    one, other = people.student(email="one@example.com"), people.student(email="other@example.com")
    return one, add_conversation(one, other)


def open_many(db: psycopg.Connection[Any], people: People) -> None:
    """Open many sockets of other people."""
    db.execute(OPEN, (MANY, people.student(email="many@example.com").id))


def test_listing_a_conversation_s_sockets_reads_no_other_rows(
    db: psycopg.Connection[Any], talk: Talk, people: People
) -> None:
    student, conversation = talk
    db.execute(OPEN, (FEW, student.id))
    db.execute("ANALYZE connections, conversation_members")
    assert len(user_sockets.LIST_LISTENERS.get(db, (conversation,)).split()) == FEW
    open_many(db, people)
    with db.transaction():
        assert len(user_sockets.LIST_LISTENERS.get(db, (conversation,)).split()) == FEW
        [[whole, by_keys]] = db.execute(READ).fetchall()
        assert (whole, by_keys <= 2 * FEW) == (0, True)


def tables_read_whole(plan: dict[str, Any]) -> list[str]:
    found = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return found + [table for part in plan.get("Plans", []) for table in tables_read_whole(part)]


STATEMENTS: dict[str, tuple[str, Any]] = {
    "oldest": (connections.DELETE_OLDEST.text, ("{user}", 20)),
    "close": (connections.DELETE_CONNECTION.text, ("x",)),
    "sender": (connections.FIND_SENDER.statement.decode().replace("$1", "%s"), ("x",)),
    "watchers": (presence.LIST_WATCHERS.text, {"user_id": "{user}", "open_sockets": 1, "most": 500}),
    "online": (presence.IS_ONLINE.text, ("{user}",)),
    "gone": (FORGET_GONE.text, {"ids": ["x", "y"], "unreached": "[]"}),
    "devices": (user_sockets.LIST_USER_SOCKETS.text, ("{user}",)),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_plans_made_while_few_sockets_are_open_use_indexes(
    db: psycopg.Connection[Any], talk: Talk, people: People, name: str
) -> None:
    student, _conversation = talk
    open_many(db, people)
    db.execute("DELETE FROM connections")
    db.execute(OPEN, (FEW, student.id))
    db.execute("VACUUM (ANALYZE) connections")
    text, values = STATEMENTS[name]
    named = json.loads(json.dumps(values).replace("{user}", str(student.id)))
    [[explained]] = db.execute(f"EXPLAIN (FORMAT JSON) {text}", named).fetchall()
    assert "connections" not in tables_read_whole(explained[0]["Plan"])
