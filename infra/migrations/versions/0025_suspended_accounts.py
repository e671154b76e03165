"""accounts can be suspended, and actions of staff are recorded

Revision ID: 0025
Revises: 0024
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE users ADD COLUMN suspended_at timestamptz",
    """
    CREATE TABLE staff_actions (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT staff_actions_pkey PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor_id uuid CONSTRAINT staff_actions_actor_id_fkey REFERENCES users (id) ON DELETE SET NULL,
        action text NOT NULL,
        user_id uuid CONSTRAINT staff_actions_user_id_fkey REFERENCES users (id) ON DELETE SET NULL,
        reason text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX staff_actions_actor_id_idx ON staff_actions (actor_id)",
    "CREATE INDEX staff_actions_user_id_idx ON staff_actions (user_id)",
)
# These run whatever code suspends an account.
TRIGGERS = """
DROP TRIGGER users_copy_to_tutor ON users;
CREATE TRIGGER users_copy_to_tutor
    AFTER UPDATE OF first_name, last_name, picture, confirmed_at, suspended_at ON users
    FOR EACH ROW WHEN (NEW.is_tutor) EXECUTE FUNCTION copy_account_to_tutor();
CREATE TRIGGER users_cancel_bookings_of_suspended AFTER UPDATE OF suspended_at ON users FOR EACH ROW
    WHEN (OLD.suspended_at IS NULL AND NEW.suspended_at IS NOT NULL) EXECUTE FUNCTION cancel_bookings_of_account();
CREATE TRIGGER tutors_keep_unlisted BEFORE UPDATE OF listed ON tutors FOR EACH ROW
    WHEN (NEW.listed AND NOT OLD.listed) EXECUTE FUNCTION keep_suspended_unlisted();
"""
FUNCTIONS = (
    "copy_account_to_tutor",
    "fill_tutor_from_account",
    "cancel_bookings_of_account",
    "keep_suspended_unlisted",
)
# The previous definitions. That of `cancel_bookings_of_account` works without the column, too.
FORMER_FUNCTIONS = """
CREATE OR REPLACE FUNCTION copy_account_to_tutor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tutors SET first_name = NEW.first_name, last_name = NEW.last_name, picture = NEW.picture,
        listed = NEW.confirmed_at IS NOT NULL,
        name_folded = ' ' || fold(NEW.first_name || ' ' || NEW.last_name) || ' '
    WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION fill_tutor_from_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT first_name, last_name, picture, confirmed_at IS NOT NULL,
        ' ' || fold(first_name || ' ' || last_name) || ' '
    INTO NEW.first_name, NEW.last_name, NEW.picture, NEW.listed, NEW.name_folded
    FROM users WHERE id = NEW.user_id;
    RETURN NEW;
END $$;
"""
FORMER_TRIGGERS = """
DROP TRIGGER users_copy_to_tutor ON users;
CREATE TRIGGER users_copy_to_tutor AFTER UPDATE OF first_name, last_name, picture, confirmed_at ON users
    FOR EACH ROW WHEN (NEW.is_tutor) EXECUTE FUNCTION copy_account_to_tutor();
DROP TRIGGER users_cancel_bookings_of_suspended ON users;
DROP FUNCTION keep_suspended_unlisted() CASCADE;
"""


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for name in FUNCTIONS:
        create_function(name)
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute(FORMER_TRIGGERS)
    op.execute(FORMER_FUNCTIONS)
    op.execute("DROP TABLE staff_actions")
    op.execute("ALTER TABLE users DROP COLUMN suspended_at")
