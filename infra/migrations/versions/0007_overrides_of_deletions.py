"""distinguish overrides that were entered from those that a deletion made; make days again on which clocks skip hours

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What a deletion wrote: hours of a single day that are off, without a note. A day off looks like this only if it was
# entered with hours; such a day off no longer counts.
MARK_DELETIONS = """
UPDATE hours_overrides SET entered = false
WHERE kind = 'off' AND first_day = last_day AND note = '' AND (starts, ends) <> (0, 1440)
"""
# Hours that begin at a time that clocks skip had no items on such days. Clocks change in the first hours of a day.
MAKE_AGAIN = """
UPDATE booking_terms terms SET horizon = NULL
WHERE EXISTS (SELECT FROM weekly_hours w WHERE w.tutor_id = terms.tutor_id AND w.starts < 240)
    OR EXISTS (SELECT FROM hours_overrides o
        WHERE o.tutor_id = terms.tutor_id AND o.kind = 'extra' AND o.starts < 240 AND o.last_day >= current_date)
"""


def upgrade() -> None:
    op.execute("ALTER TABLE hours_overrides ADD COLUMN entered boolean NOT NULL DEFAULT true")
    op.execute(MARK_DELETIONS)
    op.execute(MAKE_AGAIN)


def downgrade() -> None:
    op.execute("ALTER TABLE hours_overrides DROP COLUMN entered")
