"""Locks on people's time: all decisions about a person's time are serialized."""

from collections.abc import Iterable
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command

# One lock per person, for teaching and learning alike, always taken in the same order to avoid deadlocks. It belongs to
# the transaction, because a session-level lock would pin the connection behind RDS Proxy. The accounts' rows are locked
# first: no account can then disappear before the commit, and a deletion never waits for a transaction that waits for
# the same row.
LOCK_PEOPLE = Command("""
WITH present AS MATERIALIZED (SELECT FROM users WHERE id = ANY(%(people)s::uuid[]) ORDER BY id FOR KEY SHARE)
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended('time of ' || person, 0) AS key
    FROM unnest(%(people)s::uuid[]) AS person, (SELECT count(*) FROM present) locked
    ORDER BY key
) people
""")


def lock_people(db: PooledConnection, *user_ids: UUID) -> None:
    """Until the transaction ends, let no other transaction decide on these people's time as tutors or students."""
    LOCK_PEOPLE.run(db, {"people": list(user_ids)})


def lock_all(db: PooledConnection, user_ids: Iterable[UUID | None]) -> frozenset[UUID]:
    """Call `lock_people` for those who still have an account; return their ids."""
    people = frozenset(each for each in user_ids if each is not None)
    lock_people(db, *people)
    return people
