"""notifications, reminders, calendar feeds; replies to reviews, reports and hidden reviews

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Hidden ratings do not count. Rows are locked in order of id, as in the first release.
COUNT_RATINGS = """
CREATE OR REPLACE FUNCTION count_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM added) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + change.number, rating_sum = rating_sum + change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM added{shown} GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    ELSE
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count - change.number, rating_sum = rating_sum - change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM removed{shown} GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    END IF;
    RETURN NULL;
END $$
"""

# A trigger with transition tables cannot name columns, so it finds out itself that a reply changes no counter.
# Any change that counts locks the tutor before the rating, in the same order as the deletion of an account.
RECOUNT_RATINGS = """
CREATE FUNCTION recount_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changes json := (
    SELECT json_agg(change) FROM (
        SELECT tutor_id, sum(number) AS number, sum(points) AS points FROM (
            SELECT tutor_id, 1 AS number, rating AS points FROM added WHERE hidden_at IS NULL
            UNION ALL SELECT tutor_id, -1, -rating FROM removed WHERE hidden_at IS NULL
        ) counted GROUP BY tutor_id HAVING sum(number) <> 0 OR sum(points) <> 0
    ) change
);
BEGIN
    IF changes IS NOT NULL THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM json_to_recordset(changes) AS c (tutor_id int))
        ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + c.number, rating_sum = rating_sum + c.points
        FROM json_to_recordset(changes) AS c (tutor_id int, number int, points int) WHERE id = c.tutor_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ratings_recount AFTER UPDATE ON ratings REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION recount_ratings();
"""


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("is_read", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["booking_changes.id"], name=op.f("notifications_change_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("notifications_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("notifications_pkey")),
        sa.UniqueConstraint("user_id", "change_id", name=op.f("notifications_user_id_change_id_key")),
    )
    op.create_index(op.f("notifications_change_id_idx"), "notifications", ["change_id"], unique=False)
    op.create_index(
        "notifications_unread_idx", "notifications", ["user_id"], unique=False, postgresql_where=sa.text("NOT is_read")
    )
    op.create_index("notifications_user_idx", "notifications", ["user_id", "id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('day_before', 'hour_before', 'cancellation_deadline')", name=op.f("reminders_kind_check")
        ),
        sa.CheckConstraint("recipient IN ('student', 'tutor')", name=op.f("reminders_recipient_check")),
        sa.CheckConstraint("state IN ('planned', 'queued', 'dropped')", name=op.f("reminders_state_check")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("reminders_booking_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reminders_pkey")),
        sa.UniqueConstraint("booking_id", "kind", "recipient", name=op.f("reminders_booking_id_kind_recipient_key")),
    )
    op.create_index(
        "reminders_due_idx", "reminders", ["due_at"], unique=False, postgresql_where=sa.text("state = 'planned'")
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("calendar_feeds_user_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("calendar_feeds_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("calendar_feeds_token_hash_key")),
    )
    op.create_table(
        "review_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rating_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["rating_id"], ["ratings.id"], name=op.f("review_reports_rating_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["users.id"], name=op.f("review_reports_reporter_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("review_reports_pkey")),
        sa.UniqueConstraint("rating_id", "reporter_id", name=op.f("review_reports_rating_id_reporter_id_key")),
    )
    op.create_index(
        "review_reports_open_idx",
        "review_reports",
        ["id"],
        unique=False,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(op.f("review_reports_reporter_id_idx"), "review_reports", ["reporter_id"], unique=False)
    op.alter_column("connections", "conversation_id", existing_type=sa.UUID(), nullable=True)
    op.create_index("connections_user_idx", "connections", ["user_id"], unique=False)
    op.add_column(
        "outbox", sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("outbox", sa.Column("once", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("outbox", sa.Column("uncertain_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("reply", sa.Text(), nullable=True))
    op.add_column("ratings", sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ratings", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(COUNT_RATINGS.format(shown=" WHERE hidden_at IS NULL"))
    op.execute(RECOUNT_RATINGS)


def downgrade() -> None:
    # Hidden ratings are visible again, and count again.
    op.execute("UPDATE ratings SET hidden_at = NULL WHERE hidden_at IS NOT NULL")
    op.execute("DROP FUNCTION recount_ratings() CASCADE")
    op.execute(COUNT_RATINGS.format(shown=""))
    for column in ("hidden_at", "replied_at", "reply", "edited_at"):
        op.drop_column("ratings", column)
    for column in ("uncertain_at", "once", "payload"):
        op.drop_column("outbox", column)
    op.drop_index("connections_user_idx", "connections")
    op.execute("DELETE FROM connections WHERE conversation_id IS NULL")
    op.alter_column("connections", "conversation_id", nullable=False)
    op.drop_table("review_reports")
    op.drop_table("calendar_feeds")
    op.drop_table("reminders")
    op.drop_table("notifications")
