"""open sockets are found by their keys, even with plans made when few were open

Revision ID: 0040
Revises: 0039
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# The previous definition.
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


def upgrade() -> None:
    op.execute("ALTER TABLE connections SET (fillfactor = 10, vacuum_truncate = off)")
    create_function("conversation_listeners")


def downgrade() -> None:
    op.execute(CONVERSATION_LISTENERS)
    op.execute("ALTER TABLE connections RESET (fillfactor, vacuum_truncate)")
