"""weekly hours, overrides and booking terms

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A trigger, because code that knows nothing about terms adds tutors too.
TERMS_FOR_TUTORS = """
CREATE FUNCTION add_booking_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO booking_terms (tutor_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER tutors_add_booking_terms AFTER INSERT ON tutors
    FOR EACH ROW EXECUTE FUNCTION add_booking_terms();
"""

# Schedules are now ten times as long, and most of their cost was planning this function again for each call.
QUICK_WIRE_TIME = """
CREATE OR REPLACE FUNCTION wire_time(moment timestamptz, zone text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
    local timestamp := moment AT TIME ZONE zone;
    seconds int := extract(epoch FROM local - (moment AT TIME ZONE 'UTC'));
BEGIN
    RETURN replace(to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
        || CASE WHEN seconds < 0 THEN '-' ELSE '+' END
        || to_char(abs(seconds) / 3600, 'FM00') || ':' || to_char(abs(seconds) / 60 % 60, 'FM00')
        -- Local mean time, before there were zones, has seconds.
        || CASE WHEN seconds % 60 = 0 THEN '' ELSE to_char(abs(seconds) % 60, '":"FM00') END;
END $$
"""
FIRST_WIRE_TIME = """
CREATE OR REPLACE FUNCTION wire_time(moment timestamptz, zone text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(to_char(moment AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
        || CASE WHEN seconds < 0 THEN '-' ELSE '+' END
        || to_char(abs(seconds) / 3600, 'FM00') || ':' || to_char(abs(seconds) / 60 % 60, 'FM00')
        -- Local mean time, before there were zones, has seconds.
        || CASE WHEN seconds % 60 = 0 THEN '' ELSE to_char(abs(seconds) % 60, '":"FM00') END
    FROM (SELECT extract(epoch FROM (moment AT TIME ZONE zone) - (moment AT TIME ZONE 'UTC'))::int) AS shift (seconds)
$$
"""


def upgrade() -> None:
    op.create_table(
        "booking_terms",
        sa.Column("tutor_id", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="Europe/Warsaw", nullable=False),
        sa.Column("session_lengths", postgresql.ARRAY(sa.SmallInteger()), server_default="{60}", nullable=False),
        sa.Column("slot_step", sa.SmallInteger(), server_default="30", nullable=False),
        sa.Column("buffer_before", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("buffer_after", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("minimum_notice", sa.Integer(), server_default="60", nullable=False),
        sa.Column("booking_window", sa.SmallInteger(), server_default="60", nullable=False),
        sa.Column("max_per_day", sa.SmallInteger(), nullable=True),
        sa.Column("max_per_week", sa.SmallInteger(), nullable=True),
        sa.Column("confirmation", sa.Text(), server_default="automatic", nullable=False),
        sa.Column("cancellation_notice", sa.SmallInteger(), server_default="12", nullable=False),
        sa.Column("meeting_url", sa.Text(), nullable=True),
        sa.Column("group_seats", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("group_price", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), server_default="PLN", nullable=False),
        sa.Column("horizon", sa.Date(), nullable=True),
        sa.CheckConstraint("confirmation IN ('automatic', 'manual')", name=op.f("booking_terms_confirmation_check")),
        sa.CheckConstraint("booking_window BETWEEN 1 AND 365", name=op.f("booking_terms_booking_window_check")),
        sa.CheckConstraint(
            "buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240",
            name=op.f("booking_terms_buffers_check"),
        ),
        sa.CheckConstraint(
            "cancellation_notice BETWEEN 0 AND 720", name=op.f("booking_terms_cancellation_notice_check")
        ),
        sa.CheckConstraint(
            "cardinality(session_lengths) BETWEEN 1 AND 12", name=op.f("booking_terms_session_lengths_check")
        ),
        sa.CheckConstraint("group_seats BETWEEN 2 AND 100", name=op.f("booking_terms_group_seats_check")),
        sa.CheckConstraint("max_per_day >= 1 AND max_per_week >= 1", name=op.f("booking_terms_limits_check")),
        sa.CheckConstraint("minimum_notice BETWEEN 0 AND 43200", name=op.f("booking_terms_minimum_notice_check")),
        sa.CheckConstraint("slot_step BETWEEN 5 AND 240", name=op.f("booking_terms_slot_step_check")),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["tutors.id"], name=op.f("booking_terms_tutor_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tutor_id", name=op.f("booking_terms_pkey")),
    )
    op.create_table(
        "weekly_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tutor_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("tutor_id"), "="),
            (sa.column("weekday"), "="),
            (sa.text("int4range(starts, ends)"), "&&"),
            using="gist",
            name="weekly_hours_overlap",
        ),
        sa.CheckConstraint("0 <= starts AND starts < ends AND ends <= 1440", name=op.f("weekly_hours_minutes_check")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("weekly_hours_weekday_check")),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["tutors.id"], name=op.f("weekly_hours_tutor_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("weekly_hours_pkey")),
    )
    op.create_table(
        "hours_overrides",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tutor_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ends", sa.Integer(), server_default="1440", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('extra', 'off')", name=op.f("hours_overrides_kind_check")),
        sa.CheckConstraint(
            "0 <= starts AND starts < ends AND ends <= 1440", name=op.f("hours_overrides_minutes_check")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("hours_overrides_days_check")),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["tutors.id"], name=op.f("hours_overrides_tutor_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hours_overrides_pkey")),
    )
    op.create_index("hours_overrides_tutor_idx", "hours_overrides", ["tutor_id", "last_day"], unique=False)
    op.add_column("schedule_items", sa.Column("source", sa.Text(), server_default="explicit", nullable=False))
    op.create_check_constraint(op.f("schedule_items_source_check"), "schedule_items", "source IN ('explicit', 'rule')")
    op.create_index("schedule_items_end_idx", "schedule_items", ["tutor_id", "ends_at", "starts_at"], unique=False)
    op.create_index(
        "schedule_items_time_idx",
        "schedule_items",
        [sa.literal_column("tstzrange(starts_at, ends_at)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(
        "booking_terms_lengths_idx", "booking_terms", ["session_lengths"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "booking_terms_length_idx", "booking_terms", [sa.literal_column("(session_lengths[1])")], unique=False
    )
    op.create_index(
        "schedule_items_past_idx",
        "schedule_items",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("source = 'rule'"),
    )
    op.execute("INSERT INTO booking_terms (tutor_id) SELECT id FROM tutors")
    op.execute(TERMS_FOR_TUTORS)
    op.execute(QUICK_WIRE_TIME)


def downgrade() -> None:
    op.execute(FIRST_WIRE_TIME)
    op.execute("DROP FUNCTION add_booking_terms() CASCADE")
    op.drop_index("schedule_items_time_idx", "schedule_items")
    op.drop_index("schedule_items_end_idx", "schedule_items")
    op.drop_column("schedule_items", "source")
    op.drop_table("weekly_hours")
    op.drop_table("hours_overrides")
    op.drop_table("booking_terms")
