"""user sockets, and the tickets that open them

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CREATE_TICKETS = """CREATE TABLE socket_tickets (
    token_hash bytea CONSTRAINT socket_tickets_pkey PRIMARY KEY,
    session_id uuid NOT NULL
        CONSTRAINT socket_tickets_session_id_fkey REFERENCES sign_in_sessions (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
)"""
INDEXES = (
    "CREATE INDEX socket_tickets_session_id_idx ON socket_tickets (session_id)",
    "CREATE INDEX connections_user_sockets_idx ON connections (user_id) WHERE protocol = 3",
)

# The definition after this migration, and the one before it.
LISTENERS_OF_USERS = """
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
CONVERSATION_LISTENERS = """
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(protocol || id, ' ') FROM connections WHERE conversation_id = conversation
$$;
"""


def upgrade() -> None:
    op.execute(CREATE_TICKETS)
    for statement in INDEXES:
        op.execute(statement)
    op.execute(LISTENERS_OF_USERS)


def downgrade() -> None:
    op.execute("DELETE FROM connections WHERE protocol = 3")
    op.execute(CONVERSATION_LISTENERS)
    op.execute("DROP INDEX connections_user_sockets_idx")
    op.execute("DROP TABLE socket_tickets")
