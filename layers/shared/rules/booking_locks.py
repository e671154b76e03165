"""Whose time is about to change: everybody who decides on it waits in one line per person."""

from uuid import UUID

from shared.kit.database import PooledConnection

# One lock a person, for teaching and learning alike. Always taken in the same order, so nobody waits in a circle; the
# transaction's own, because behind RDS Proxy a session's lock would pin the connection.
LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended('time of ' || person, 0) AS key FROM unnest(%s::uuid[]) AS person ORDER BY key
) people
"""


def lock_people(db: PooledConnection, *user_ids: UUID) -> None:
    """Let nobody else decide on the time of these people, as tutors or students, before the transaction ends."""
    db.execute(LOCK, (list(user_ids),))
