"""Which messages a member has not read, and of which conversations people are told while they are away.

In these parts `m` is the member's row, `c` the conversation's and `x` a message's.
"""

from shared.kit.db.query import Sql, compose

UNREAD = Sql("""
x.conversation_id = m.conversation_id AND x.seq > m.read_seq AND x.created_by <> m.user_id AND x.deleted_at IS NULL
""")
# The one place: muted, blocked, suspended, and whatever else keeps people from being told of messages.
TELLS = Sql("""
NOT m.is_muted AND NOT c.is_blocked AND NOT EXISTS (
    SELECT FROM conversation_members either JOIN users s ON s.id = either.user_id
    WHERE either.conversation_id = m.conversation_id AND s.suspended_at IS NOT NULL
)
""")
# An open socket of protocol 1 is somebody who reads all that comes: its client says nothing of that itself. When it
# closes the member has read so far (`shared.data.connections`).
IS_READING = Sql("""EXISTS (
    SELECT FROM connections s
    WHERE s.conversation_id = m.conversation_id AND s.user_id = m.user_id AND s.protocol IN (0, 1)
)""")
# Up to which message a member has read, and how many are unread.
READ_SEQ = compose("CASE WHEN {is_reading} THEN c.last_seq ELSE m.read_seq END", is_reading=IS_READING)
MOST_COUNTED = 1_000
COUNT_UNREAD = compose(
    """CASE WHEN c.last_seq <= m.read_seq OR {is_reading} THEN 0
    ELSE (SELECT count(*) FROM (SELECT FROM messages x WHERE {unread} LIMIT {most}) AS counted) END""",
    is_reading=IS_READING,
    unread=UNREAD,
    most=Sql(str(MOST_COUNTED)),
)
