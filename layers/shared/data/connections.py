"""The registry of open sockets, as everybody who pushes to them keeps it."""

from shared.kit.db.pool import connection
from shared.kit.db.query import Command

# API Gateway answers 410 to a post while the handshake is still under way. A row that is locked is forgotten by who
# locked it, or after the next post: nobody waits in a circle.
FORGET_GONE = Command("""
DELETE FROM connections WHERE id IN (
    SELECT id FROM connections WHERE id = ANY(%s) AND connected_at < now() - interval '5 seconds'
    FOR UPDATE SKIP LOCKED
)
""")


def forget_gone(connection_ids: list[str]) -> None:
    """Forget sockets a post did not reach, but for those that are just being opened."""
    with connection() as db:
        FORGET_GONE.run(db, (connection_ids,))
