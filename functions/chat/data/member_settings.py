"""Statements about a member's own settings of a conversation."""

from uuid import UUID

from shared.kit.db.pool import connection
from shared.kit.db.query import Command

SET_MUTED = Command("UPDATE conversation_members SET is_muted = %s WHERE conversation_id = %s AND user_id = %s")
# The next message brings the conversation back.
ARCHIVE = Command("""
UPDATE conversation_members m SET archived_seq = c.last_seq
FROM conversations c WHERE c.id = m.conversation_id AND m.conversation_id = %s AND m.user_id = %s
""")
UNARCHIVE = Command("UPDATE conversation_members SET archived_seq = NULL WHERE conversation_id = %s AND user_id = %s")


def set_muted(conversation_id: UUID, user_id: UUID, *, muted: bool) -> bool:
    """Mute or unmute; False for users who are not members."""
    with connection() as db:
        return SET_MUTED.run(db, (muted, conversation_id, user_id)) > 0


def set_archived(conversation_id: UUID, user_id: UUID, *, archived: bool) -> bool:
    """Archive or unarchive; False for users who are not members."""
    with connection() as db:
        return (ARCHIVE if archived else UNARCHIVE).run(db, (conversation_id, user_id)) > 0
