"""bookings keep the cancellation notice under which they were made

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Nobody can cancel what is over, so only upcoming bookings need a notice.
FILL_NEXT = sa.text("""
WITH next AS (
    SELECT b.id, r.cancellation_notice
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id JOIN booking_terms r ON r.tutor_id = s.tutor_id
    WHERE b.id > :after AND b.cancellation_notice IS NULL AND b.state IN ('pending', 'confirmed')
      AND b.starts_at > now()
    ORDER BY b.id LIMIT 1000 FOR NO KEY UPDATE OF b
), filled AS (
    UPDATE bookings b SET cancellation_notice = next.cancellation_notice FROM next WHERE b.id = next.id RETURNING b.id
)
SELECT max(id) FROM filled
""")


def upgrade() -> None:
    """Fill in few bookings at a time, so that requests for them do not wait.

    A further attempt continues where an earlier one stopped.
    """
    op.execute("ALTER TABLE bookings ADD COLUMN IF NOT EXISTS cancellation_notice smallint")
    with op.get_context().autocommit_block():
        last: int | None = 0
        while last is not None:
            last = op.get_bind().execute(FILL_NEXT, {"after": last}).scalar()


def downgrade() -> None:
    op.execute("ALTER TABLE bookings DROP COLUMN cancellation_notice")
