"""the audit trail names what each action was done to, and survives the deletion of accounts

Revision ID: 0033
Revises: 0032
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE staff_actions ADD COLUMN subject text NOT NULL DEFAULT ''",
    # The deletion of a staff account would clear the actor, so that the action would seem to be the operator's.
    "ALTER TABLE staff_actions DROP CONSTRAINT staff_actions_actor_id_fkey",
    "ALTER TABLE staff_actions DROP CONSTRAINT staff_actions_user_id_fkey",
)
FORMER = (
    "UPDATE staff_actions SET actor_id = NULL WHERE actor_id NOT IN (SELECT id FROM users)",
    "UPDATE staff_actions SET user_id = NULL WHERE user_id NOT IN (SELECT id FROM users)",
    """
    ALTER TABLE staff_actions ADD CONSTRAINT staff_actions_actor_id_fkey
        FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE SET NULL
    """,
    """
    ALTER TABLE staff_actions ADD CONSTRAINT staff_actions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
    """,
    "ALTER TABLE staff_actions DROP COLUMN subject",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in FORMER:
        op.execute(statement)
