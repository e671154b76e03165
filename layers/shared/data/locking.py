"""Locks on people's time: all decisions about a person's time are serialized."""

from collections.abc import Iterable
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command

# One lock a person, for teaching and learning alike. Always taken in the same order, so nobody waits in a circle; the
# transaction's own, because behind RDS Proxy a session's lock would pin the connection. The accounts' rows come first:
# then none of them goes before the commit, and who deletes one never waits for somebody who waits for that row.
LOCK_PEOPLE = Command("""
WITH present AS MATERIALIZED (SELECT FROM users WHERE id = ANY(%(people)s::uuid[]) ORDER BY id FOR KEY SHARE)
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended('time of ' || person, 0) AS key
    FROM unnest(%(people)s::uuid[]) AS person, (SELECT count(*) FROM present) locked
    ORDER BY key
) people
""")


def lock_people(db: PooledConnection, *user_ids: UUID) -> None:
    """Let nobody else decide on the time of these people, as tutors or students, before the transaction ends."""
    LOCK_PEOPLE.run(db, {"people": list(user_ids)})


def lock_all(db: PooledConnection, user_ids: Iterable[UUID | None]) -> frozenset[UUID]:
    """`lock_people` for those of them who still have an account; returns them."""
    people = frozenset(each for each in user_ids if each is not None)
    lock_people(db, *people)
    return people
