"""sessions, bookings and what happens to them

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tutoring_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tutor_id", sa.Integer(), nullable=True),
        sa.Column("schedule_item_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("meeting_url", sa.Text(), server_default="", nullable=False),
        sa.Column("taken", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("tutor_id"), "="),
            (sa.text("tstzrange(busy_from, busy_until)"), "&&"),
            where=sa.text("taken"),
            using="gist",
            name="tutoring_sessions_overlap",
        ),
        sa.CheckConstraint("form IN ('online', 'in_person')", name=op.f("tutoring_sessions_form_check")),
        sa.CheckConstraint("kind IN ('individual', 'group')", name=op.f("tutoring_sessions_kind_check")),
        sa.CheckConstraint(
            "seats = 1 OR kind = 'group' AND seats BETWEEN 2 AND 100", name=op.f("tutoring_sessions_seats_check")
        ),
        sa.CheckConstraint(
            "busy_from <= starts_at AND starts_at < ends_at AND ends_at <= busy_until",
            name=op.f("tutoring_sessions_order_check"),
        ),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["tutors.id"], name=op.f("tutoring_sessions_tutor_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tutoring_sessions_pkey")),
        sa.UniqueConstraint("id", "seats", name="tutoring_sessions_seats_key"),
    )
    op.create_index("tutoring_sessions_tutor_idx", "tutoring_sessions", ["tutor_id", "starts_at"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.SmallInteger(), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("awaiting", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("student_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state IN ('pending', 'confirmed')"),
            using="gist",
            name="bookings_student_overlap",
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (awaiting IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("bookings_pending_check"),
        ),
        sa.CheckConstraint("awaiting IN ('tutor', 'student')", name=op.f("bookings_awaiting_check")),
        sa.CheckConstraint(
            "state IN ('pending', 'confirmed', 'cancelled', 'expired', 'completed', 'no_show')",
            name=op.f("bookings_state_check"),
        ),
        sa.CheckConstraint("1 <= seat AND seat <= seats", name=op.f("bookings_seat_check")),
        sa.ForeignKeyConstraint(
            ["session_id", "seats"],
            ["tutoring_sessions.id", "tutoring_sessions.seats"],
            name=op.f("bookings_session_id_seats_fkey"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("bookings_student_id_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("bookings_pkey")),
    )
    op.create_index(
        "bookings_completion_idx",
        "bookings",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.create_index(
        "bookings_expiry_idx", "bookings", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_index(
        "bookings_seat_key",
        "bookings",
        ["session_id", "seat"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('cancelled', 'expired')"),
    )
    op.create_index(
        "bookings_series_idx",
        "bookings",
        ["series_id"],
        unique=False,
        postgresql_where=sa.text("series_id IS NOT NULL"),
    )
    op.create_index("bookings_student_idx", "bookings", ["student_id", "starts_at"], unique=False)
    op.create_table(
        "booking_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("old_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "actor_role IN ('student', 'tutor', 'system')", name=op.f("booking_changes_actor_role_check")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], name=op.f("booking_changes_actor_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("booking_changes_booking_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("booking_changes_pkey")),
    )
    op.create_index(op.f("booking_changes_actor_id_idx"), "booking_changes", ["actor_id"], unique=False)
    op.create_index(op.f("booking_changes_booking_id_idx"), "booking_changes", ["booking_id"], unique=False)
    op.create_index(
        "booking_changes_untold_idx",
        "booking_changes",
        ["id"],
        unique=False,
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("idempotency_keys_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_index(op.f("idempotency_keys_created_at_idx"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "waitlist",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'missed', 'left', 'closed')", name=op.f("waitlist_state_check")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("waitlist_booking_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["tutoring_sessions.id"], name=op.f("waitlist_session_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("waitlist_student_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("waitlist_pkey")),
    )
    op.create_index(op.f("waitlist_booking_id_idx"), "waitlist", ["booking_id"], unique=False)
    op.create_index(
        "waitlist_line_idx",
        "waitlist",
        ["session_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "waitlist_once_key",
        "waitlist",
        ["session_id", "student_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'offered')"),
    )
    op.create_index(op.f("waitlist_student_id_idx"), "waitlist", ["student_id"], unique=False)


def downgrade() -> None:
    op.drop_table("waitlist")
    op.drop_table("idempotency_keys")
    op.drop_table("booking_changes")
    op.drop_table("bookings")
    op.drop_table("tutoring_sessions")
