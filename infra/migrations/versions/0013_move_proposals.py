"""tutors propose moves: a session row of its own holds the new time until the students have answered

Revision ID: 0013
Revises: 0012
"""

from alembic import op

from functions.migrations.database_functions import FOLDER, create_function

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ADD_COLUMNS = (
    """ALTER TABLE tutoring_sessions
    ADD COLUMN moves_session_id bigint
        CONSTRAINT tutoring_sessions_moves_session_id_fkey REFERENCES tutoring_sessions (id) ON DELETE CASCADE,
    ADD COLUMN held_until timestamptz,
    ADD CONSTRAINT tutoring_sessions_proposal_check
        CHECK ((moves_session_id IS NULL) = (held_until IS NULL) AND (moves_session_id IS NULL OR taken))""",
    "ALTER TABLE bookings ADD COLUMN move_accepted_at timestamptz",
    """ALTER TABLE booking_changes
    ADD COLUMN proposed_starts_at timestamptz, ADD COLUMN proposed_ends_at timestamptz""",
    """CREATE UNIQUE INDEX tutoring_sessions_proposal_key ON tutoring_sessions (moves_session_id)
    WHERE moves_session_id IS NOT NULL""",
)
# A session and the time held for it overlap if it moves by less than its length.
REPLACE_CONSTRAINT = """ALTER TABLE tutoring_sessions DROP CONSTRAINT tutoring_sessions_overlap,
    ADD CONSTRAINT tutoring_sessions_overlap EXCLUDE USING gist (
        tutor_id WITH =, {groups} tstzrange(busy_from, busy_until) WITH &&
    ) WHERE (taken)"""
TRIGGER = """CREATE TRIGGER bookings_end_move_proposal AFTER UPDATE OF state ON bookings FOR EACH ROW
    WHEN (OLD.state IN ('pending', 'confirmed') AND NEW.state IN ('cancelled', 'expired'))
    EXECUTE FUNCTION end_move_proposal()"""
END_PROPOSALS = """UPDATE tutoring_sessions SET taken = false, moves_session_id = NULL, held_until = NULL
    WHERE moves_session_id IS NOT NULL"""
DROP_COLUMNS = (
    "ALTER TABLE tutoring_sessions DROP COLUMN moves_session_id, DROP COLUMN held_until",
    "ALTER TABLE bookings DROP COLUMN move_accepted_at",
    "ALTER TABLE booking_changes DROP COLUMN proposed_starts_at, DROP COLUMN proposed_ends_at",
)


def upgrade() -> None:
    for statement in ADD_COLUMNS:
        op.execute(statement)
    op.execute(REPLACE_CONSTRAINT.format(groups="coalesce(moves_session_id, id) WITH <>,"))
    create_function("end_move_proposal")
    op.execute(TRIGGER)
    create_function("cancel_bookings_of_account")


def downgrade() -> None:
    """End the open proposals."""
    op.execute("DROP FUNCTION end_move_proposal() CASCADE")
    op.execute(END_PROPOSALS)
    op.execute(REPLACE_CONSTRAINT.format(groups=""))
    deletion = (FOLDER / "cancel_bookings_of_account.sql").read_text()
    op.execute(deletion.replace(" AND s.moves_session_id IS NULL", ""))
    for statement in DROP_COLUMNS:
        op.execute(statement)
