"""names, places and descriptions in Unicode's form NFC, as they are stored from now on

Addresses are ASCII and have only one form; messages, reviews and notes stay as they were sent. Triggers update the
tutors' copies of names, and the columns for search that are derived from them.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Rows are locked in order of id, as everywhere. A few letters are longer in this form, and the length of a tutor's
# place is bounded.
STATEMENTS = (
    """
    UPDATE users SET first_name = normalize(first_name, NFC), last_name = normalize(last_name, NFC)
    WHERE id IN (
        SELECT id FROM users WHERE first_name || ' ' || last_name IS NOT NFC NORMALIZED ORDER BY id FOR NO KEY UPDATE
    )
    """,
    """
    UPDATE tutors
    SET location = rtrim(left(normalize(location, NFC), 50)), description = normalize(description, NFC)
    WHERE id IN (
        SELECT id FROM tutors WHERE location || ' ' || coalesce(description, '') IS NOT NFC NORMALIZED
        ORDER BY id FOR NO KEY UPDATE
    )
    """,
    """
    UPDATE tutoring_sessions SET location = normalize(location, NFC)
    WHERE id IN (
        SELECT id FROM tutoring_sessions WHERE location IS NOT NFC NORMALIZED ORDER BY id FOR NO KEY UPDATE
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Nothing to do: the release before reads texts in this form too."""
