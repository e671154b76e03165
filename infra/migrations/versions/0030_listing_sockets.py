"""sockets of version 2 that hear all conversations of their user

Revision ID: 0030
Revises: 0029
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CONVERSATION_LISTENERS = """
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(listener, ' ') FROM (
        SELECT protocol || id AS listener FROM connections WHERE conversation_id = conversation
        UNION ALL
        SELECT c.protocol || c.id FROM conversation_members m
        JOIN connections c ON c.user_id = m.user_id AND c.protocol IN (3, 4)
        WHERE m.conversation_id = conversation
    ) AS listeners
$$;
"""
# The previous definition.
OLDER_LISTENERS = """
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(listener, ' ') FROM (
        SELECT protocol || id AS listener FROM connections WHERE conversation_id = conversation
        UNION ALL
        SELECT c.protocol || c.id FROM conversation_members m
        JOIN connections c ON c.user_id = m.user_id AND c.protocol = 3
        WHERE m.conversation_id = conversation
    ) AS listeners
$$;
"""


def upgrade() -> None:
    op.execute(CONVERSATION_LISTENERS)


def downgrade() -> None:
    op.execute("DELETE FROM connections WHERE protocol IN (0, 4)")
    op.execute(OLDER_LISTENERS)
