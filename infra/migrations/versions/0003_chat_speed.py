"""The sockets of several conversations are asked for at once."""

from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

# Volatile: it sees what was committed while the statement that calls it was waiting.
OF_ONE = """
CREATE FUNCTION listeners_now(talk uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(protocol || id, ' ') FROM connections WHERE conversation_id = talk
$$
"""

OF_SEVERAL = """
CREATE FUNCTION listeners_now(talks uuid[]) RETURNS TABLE (talk uuid, sockets text) LANGUAGE sql VOLATILE AS $$
    SELECT t, (SELECT string_agg(protocol || id, ' ') FROM connections WHERE conversation_id = t) FROM unnest(talks) t
$$
"""


def upgrade() -> None:
    op.execute("DROP FUNCTION listeners_now(uuid)")
    op.execute(OF_SEVERAL)


def downgrade() -> None:
    op.execute("DROP FUNCTION listeners_now(uuid[])")
    op.execute(OF_ONE)
