"""deleting or suspending an account finds its sessions by index, instead of reading all sessions

Revision ID: 0044
Revises: 0043
"""

from functions.migrations.database_functions import create_function

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_function("cancel_bookings_of_account")


def downgrade() -> None:
    """Keep the function: it does the same as before, only faster."""
