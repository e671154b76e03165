"""standard names for tables, columns and functions

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

# As it was until migration 0022.
CONVERSATION_LISTENERS = """
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(protocol || id, ' ') FROM connections WHERE conversation_id = conversation
$$;
"""
# As it was until migration 0013.
CANCEL_BOOKINGS_OF_ACCOUNT = """
CREATE OR REPLACE FUNCTION cancel_bookings_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taught bigint[] := ARRAY(
        SELECT s.id FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id
        WHERE t.user_id = OLD.id AND s.taken AND s.ends_at > clock_timestamp()
    );
    cancelled bigint[] := ARRAY(
        SELECT id FROM bookings
        WHERE state IN ('pending', 'confirmed') AND ends_at > clock_timestamp()
          AND (student_id = OLD.id OR session_id = ANY(taught))
        ORDER BY id FOR UPDATE
    );
    touched bigint[] := ARRAY(
        SELECT id FROM tutoring_sessions
        WHERE id = ANY(taught) OR id IN (SELECT session_id FROM bookings WHERE id = ANY(cancelled))
            OR id IN (SELECT session_id FROM waitlist_entries WHERE student_id = OLD.id AND state = 'waiting')
        ORDER BY id FOR UPDATE
    );
BEGIN
    INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_role, reason, at)
    SELECT id, 'cancelled', state, 'cancelled', CASE WHEN student_id = OLD.id THEN 'student' ELSE 'tutor' END,
        'Konto zostało usunięte.', clock_timestamp()
    FROM bookings WHERE id = ANY(cancelled) ORDER BY id;
    UPDATE bookings SET state = 'cancelled', awaiting = NULL, expires_at = NULL, sequence = sequence + 1,
        updated_at = clock_timestamp()
    WHERE id = ANY(cancelled);
    UPDATE waitlist_entries SET state = 'closed' WHERE session_id = ANY(taught) AND state IN ('waiting', 'offered');
    UPDATE tutoring_sessions s SET taken = false
    WHERE s.id = ANY(touched) AND s.taken
      AND NOT EXISTS (
        SELECT FROM bookings b WHERE b.session_id = s.id AND b.state NOT IN ('cancelled', 'expired')
      )
      AND NOT EXISTS (
        SELECT FROM waitlist_entries w WHERE w.session_id = s.id AND w.state = 'waiting' AND w.student_id <> OLD.id
      );
    RETURN OLD;
END $$;
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
    op.execute("DROP FUNCTION listeners_now(uuid)")
    op.execute(CONVERSATION_LISTENERS)
    op.execute(CANCEL_BOOKINGS_OF_ACCOUNT)


class NoWayBack(Exception):
    """The names of release 1.0.0 are gone: restore a backup made before the upgrade instead."""


def downgrade() -> None:
    """Raises NoWayBack."""
    raise NoWayBack(NoWayBack.__doc__)
