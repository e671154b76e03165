"""The registry of open sockets, as all who push to them keep it."""

from shared.kit.db.pool import connection

# API Gateway answers 410 to a post while the handshake is still under way. Whoever holds a lock on one forgets it too,
# or the next post will: nobody waits in a circle.
FORGET_GONE = """
DELETE FROM connections WHERE id IN (
    SELECT id FROM connections WHERE id = ANY(%s) AND connected_at < now() - interval '5 seconds'
    FOR UPDATE SKIP LOCKED
)
"""


def forget_gone(connection_ids: list[str]) -> None:
    """Forget sockets a post did not reach, but for those that are just being opened."""
    with connection() as db:
        db.execute(FORGET_GONE, (connection_ids,))
