"""The registry of open sockets, for all code that pushes to them, and what closing one means for read state.

Clients of protocol 1 do not report what they have read: a message counts as read by a member while a socket of that
protocol is open in its conversation. So the statement that deletes such a socket also records how far its member has
read.
"""

from collections.abc import Mapping

from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.json import json_text

# Member rows are locked in the order of conversations, to avoid deadlocks.
CLOSE = """
WITH closed AS (
    {delete} RETURNING id, conversation_id, user_id, protocol
), readers AS (
    SELECT m.conversation_id, m.user_id, {reached} AS reached
    FROM (SELECT DISTINCT conversation_id, user_id FROM closed WHERE protocol IN (0, 1)) AS legacy
    JOIN conversation_members m USING (conversation_id, user_id)
    JOIN conversations c ON c.id = m.conversation_id
    WHERE m.read_seq < c.last_seq ORDER BY m.conversation_id FOR NO KEY UPDATE OF m
), read AS (
    UPDATE conversation_members m SET read_seq = r.reached FROM readers r
    WHERE m.conversation_id = r.conversation_id AND m.user_id = r.user_id AND m.read_seq < r.reached
)
SELECT id FROM closed
"""
ALL = Sql("c.last_seq")
# If a push found the socket gone, that message and all after it were not delivered.
BEFORE_UNREACHED = Sql("""(
    SELECT least(c.last_seq, min(u.seq) - 1)
    FROM jsonb_to_recordset(%(unreached)s::jsonb) AS u (conversation_id uuid, seq bigint)
    WHERE u.conversation_id = c.id
)""")


def closing(delete: Sql, reached: Sql = ALL) -> Query[str]:
    """Delete sockets and return their ids. Members have read up to `reached`, an expression on a conversation `c`."""
    return Query(str, compose(CLOSE, delete=delete, reached=reached))


# API Gateway answers 410 to a post while the handshake is still under way, so new sockets are kept. Locked rows are
# skipped, to avoid deadlocks: the transaction that holds the lock deletes the row, or the next post does.
FORGET_GONE = closing(
    Sql("""
DELETE FROM connections WHERE id IN (
    SELECT id FROM connections WHERE id = ANY(%(ids)s) AND connected_at < now() - interval '5 seconds'
    FOR UPDATE SKIP LOCKED
)
"""),
    BEFORE_UNREACHED,
)
NOTHING: Mapping[str, int] = {}


def forget_gone(connection_ids: list[str], unreached: Mapping[str, int] = NOTHING) -> None:
    """Forget sockets that a post did not reach, except those that have just been opened.

    `unreached` maps each conversation to the `seq` of the first message that was posted to these sockets.
    """
    rows = [{"conversation_id": each, "seq": seq} for each, seq in unreached.items()]
    with connection() as db:
        FORGET_GONE.all(db, {"ids": connection_ids, "unreached": json_text(rows)})
