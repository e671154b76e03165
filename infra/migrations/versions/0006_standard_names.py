"""the field's names for tables, columns and functions

The one exception to expand and contract (docs/decisions/0009-aws.md): code of the release before does not work with
these names. Stop the platform, migrate, start; release 1.0.0 never ran on AWS.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = {
    "sessions": "sign_in_sessions",
    "members": "conversation_members",
    "outbox": "mail_outbox",
    "waitlist": "waitlist_entries",
}
FUNCTIONS = {
    "wire_time(timestamptz, text)": "format_time",
    "one_typo_apart(text, text)": "is_one_edit_apart",
    "listeners_now(uuid)": "conversation_listeners",
    "rare_tutors(tstzmultirange, int)": "tutors_with_rare_times",
}
# Constraints, indexes and sequences are named after their tables. The index of a constraint is renamed with it.
RENAME_PARTS = """
DO $$
DECLARE part record;
BEGIN
    FOR part IN SELECT conname FROM pg_constraint
        WHERE conrelid = '{new}'::regclass AND starts_with(conname, '{old}_') LOOP
        EXECUTE format('ALTER TABLE {new} RENAME CONSTRAINT %I TO %I', part.conname,
            '{new}' || substr(part.conname, {length}));
    END LOOP;
    FOR part IN SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('i', 'S') AND starts_with(c.relname, '{old}_')
          AND NOT starts_with(c.relname, '{new}_') LOOP
        EXECUTE format('ALTER %s %I RENAME TO %I', CASE part.relkind WHEN 'i' THEN 'INDEX' ELSE 'SEQUENCE' END,
            part.relname, '{new}' || substr(part.relname, {length}));
    END LOOP;
END $$
"""


def upgrade() -> None:
    for old, new in TABLES.items():
        op.rename_table(old, new)
        op.execute(RENAME_PARTS.format(old=old, new=new, length=len(old) + 1))
    op.execute("ALTER INDEX connections_members_idx RENAME TO connections_conversation_members_idx")
    op.execute("ALTER INDEX waitlist_entries_line_idx RENAME TO waitlist_entries_waiting_idx")
    op.alter_column("booking_changes", "told_at", new_column_name="dispatched_at")
    op.execute("ALTER INDEX booking_changes_untold_idx RENAME TO booking_changes_undispatched_idx")
    for signature, name in FUNCTIONS.items():
        op.execute(f"DROP FUNCTION {signature}")
        create_function(name)
    create_function("cancel_bookings_of_account")


class NoWayBack(Exception):
    """The names of release 1.0.0 are gone: restore a backup made before the upgrade instead."""


def downgrade() -> None:
    """Raises NoWayBack."""
    raise NoWayBack(NoWayBack.__doc__)
