"""sessions, bookings and their changes

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

# Which tutors are free, for search. shared.domain.free_time.Calendar implements the same rule, and a test keeps the two
# equal. A function is planned only once per connection. A slot is tried at each step from the beginning of an item.
HAS_FREE_SLOT = """
CREATE FUNCTION has_free_slot(tutor int, windows tstzmultirange, wanted int) RETURNS boolean
LANGUAGE plpgsql STABLE COST 1000 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    terms booking_terms;
    step interval;
    lasting interval;
    before interval;
    after interval;
    first timestamptz := lower(windows);
    last timestamptz := upper(windows);
BEGIN
    SELECT * INTO terms FROM booking_terms WHERE tutor_id = tutor;
    IF wanted <> ALL (terms.session_lengths) THEN
        RETURN false;
    END IF;
    step := make_interval(mins => terms.slot_step);
    lasting := make_interval(mins => coalesce(wanted, terms.session_lengths[1]));
    before := make_interval(mins => terms.buffer_before);
    after := make_interval(mins => terms.buffer_after);
    RETURN EXISTS (
        SELECT FROM schedule_items item
        CROSS JOIN (
            SELECT range_agg(tstzrange(starts_at, ends_at)) AS offered,
                range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE source = 'explicit') AS explicit
            FROM schedule_items WHERE tutor_id = tutor AND ends_at > first AND starts_at < last
        ) schedule
        CROSS JOIN (
            SELECT range_agg(span) AS busy, array_agg(starts_at) FILTER (WHERE starts_at IS NOT NULL) AS sessions
            FROM (
                SELECT tstzrange(busy_from, busy_until), starts_at FROM tutoring_sessions
                WHERE tutor_id = tutor AND taken
                  AND starts_at > first - interval '9 days' AND starts_at < last + interval '9 days'
                UNION ALL
                SELECT tstzrange(starts_at, ends_at), NULL FROM bookings
                WHERE student_id = (SELECT user_id FROM tutors WHERE id = tutor) AND state IN ('pending', 'confirmed')
                  AND starts_at > first - interval '9 days' AND starts_at < last + interval '9 days'
            ) taken (span, starts_at)
        ) session
        CROSS JOIN LATERAL unnest(tstzmultirange(tstzrange(item.starts_at, item.ends_at)) * windows) piece
        CROSS JOIN LATERAL generate_series(
            date_bin(
                step,
                greatest(lower(piece), now() + make_interval(mins => terms.minimum_notice)) + step - interval '1 us',
                item.starts_at
            ),
            upper(piece) - interval '1 us',
            step
        ) start
        WHERE item.tutor_id = tutor AND item.ends_at > first AND item.starts_at < last
        AND windows @> tstzrange(start, start + lasting) AND schedule.offered @> tstzrange(start, start + lasting)
        AND (
            start <= now() + make_interval(hours => 24 * terms.booking_window)
            OR schedule.explicit @> tstzrange(start, start + lasting)
        )
        AND (session.busy && tstzrange(start - before, start + lasting + after)) IS NOT TRUE
        AND (terms.max_per_day IS NULL OR terms.max_per_day > (
            SELECT count(*) FROM unnest(session.sessions) other
            WHERE (other AT TIME ZONE terms.time_zone)::date = (start AT TIME ZONE terms.time_zone)::date
        ))
        AND (terms.max_per_week IS NULL OR terms.max_per_week > (
            SELECT count(*) FROM unnest(session.sessions) other
            WHERE date_trunc('week', other AT TIME ZONE terms.time_zone)
                = date_trunc('week', start AT TIME ZONE terms.time_zone)
        ))
    );
END $$
"""

# The tutors with items at times that few offer; null if there are more than `most` items in total, or a thousand in one
# window. Only a plain index scan can stop there: a bitmap scan, which the planner prefers, would collect all rows
# first.
RARE_TUTORS = """
CREATE FUNCTION rare_tutors(times tstzmultirange, most int) RETURNS int[]
LANGUAGE plpgsql STABLE SET enable_bitmapscan = off SET enable_seqscan = off AS $$
DECLARE
    time tstzrange;
    here int[];
    found int[] := '{}';
BEGIN
    FOR time IN SELECT unnest(times) LOOP
        here := ARRAY(SELECT tutor_id FROM schedule_items WHERE tstzrange(starts_at, ends_at) && time LIMIT 2000);
        found := found || here;
        IF cardinality(here) = 2000 OR cardinality(found) > most THEN
            RETURN NULL;
        END IF;
    END LOOP;
    RETURN found;
END $$
"""

# Runs for every deletion of an account. Rows are locked in the same order as by everything that changes bookings:
# bookings by id, then sessions by id; decisions on people's time lock the accounts' rows before them
# (shared.data.locking). A seat that somebody waits for stays taken: the sweep of the bookings feature passes it on.
CANCELLATION_WITH_THE_ACCOUNT = """
CREATE FUNCTION cancel_bookings_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
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
            OR id IN (SELECT session_id FROM waitlist WHERE student_id = OLD.id AND state = 'waiting')
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
    UPDATE waitlist SET state = 'closed' WHERE session_id = ANY(taught) AND state IN ('waiting', 'offered');
    UPDATE tutoring_sessions s SET taken = false
    WHERE s.id = ANY(touched) AND s.taken
      AND NOT EXISTS (
        SELECT FROM bookings b WHERE b.session_id = s.id AND b.state NOT IN ('cancelled', 'expired')
      )
      AND NOT EXISTS (
        SELECT FROM waitlist w WHERE w.session_id = s.id AND w.state = 'waiting' AND w.student_id <> OLD.id
      );
    RETURN OLD;
END $$;
CREATE TRIGGER users_cancel_bookings BEFORE DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION cancel_bookings_of_account();
"""


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
    op.create_index("bookings_session_idx", "bookings", ["session_id"], unique=False)
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
    op.execute(HAS_FREE_SLOT)
    op.execute(RARE_TUTORS)
    op.execute(CANCELLATION_WITH_THE_ACCOUNT)


def downgrade() -> None:
    op.execute("DROP FUNCTION rare_tutors(tstzmultirange, int)")
    op.execute("DROP FUNCTION has_free_slot(int, tstzmultirange, int)")
    op.execute("DROP FUNCTION cancel_bookings_of_account() CASCADE")
    op.drop_table("waitlist")
    op.drop_table("idempotency_keys")
    op.drop_table("booking_changes")
    op.drop_table("bookings")
    op.drop_table("tutoring_sessions")
