"""Which messages a member has not read, and of which conversations people are told while they are away.

In these parts `m` is the member's row, `c` the conversation's and `x` a message's.
"""

from shared.kit.db.query import Sql

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
