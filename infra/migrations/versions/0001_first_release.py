"""first release

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


EXTENSIONS = ("pg_trgm", "unaccent", "fuzzystrmatch", "btree_gist")

# Lower-case ASCII, with the parts of a double name as separate words.
# `unaccent` is only STABLE because its dictionary could change; ours does not.
FOLD = """
CREATE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(lower(public.unaccent('public.unaccent', value)), '-', ' ')
$$
"""

# One letter wrong, missing, added or swapped with its neighbour.
ONE_TYPO_APART = """
CREATE FUNCTION one_typo_apart(word text, wanted text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN abs(char_length(word) - char_length(wanted)) > 1 THEN false
        ELSE CASE public.levenshtein_less_equal(word, wanted, 2)
            WHEN 0 THEN true
            WHEN 1 THEN true
            -- Two letters swapped count as two changes.
            WHEN 2 THEN EXISTS (
                SELECT FROM generate_series(1, char_length(wanted) - 1) AS at
                WHERE word = overlay(wanted PLACING reverse(substr(wanted, at, 2)) FROM at FOR 2)
            )
            ELSE false
        END
    END
$$
"""

# Volatile on purpose: it sees rows committed while the calling statement waited for a lock.
LISTENERS_NOW = """
CREATE FUNCTION listeners_now(talk uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(protocol || id, ' ') FROM connections WHERE conversation_id = talk
$$
"""

# The form of shared.domain.timestamps.wire_time.
WIRE_TIME = """
CREATE FUNCTION wire_time(moment timestamptz, zone text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(to_char(moment AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
        || CASE WHEN seconds < 0 THEN '-' ELSE '+' END
        || to_char(abs(seconds) / 3600, 'FM00') || ':' || to_char(abs(seconds) / 60 % 60, 'FM00')
        -- Local mean time, before there were zones, has seconds.
        || CASE WHEN seconds % 60 = 0 THEN '' ELSE to_char(abs(seconds) % 60, '":"FM00') END
    FROM (SELECT extract(epoch FROM (moment AT TIME ZONE zone) - (moment AT TIME ZONE 'UTC'))::int) AS shift (seconds)
$$
"""

# The tutor's row copies what search needs from the account.
COPY_ACCOUNT = """
CREATE FUNCTION copy_account_to_tutor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tutors SET first_name = NEW.first_name, last_name = NEW.last_name, picture = NEW.picture,
        listed = NEW.confirmed_at IS NOT NULL,
        name_folded = ' ' || fold(NEW.first_name || ' ' || NEW.last_name) || ' '
    WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER users_copy_to_tutor AFTER UPDATE OF first_name, last_name, picture, confirmed_at ON users
    FOR EACH ROW WHEN (NEW.is_tutor) EXECUTE FUNCTION copy_account_to_tutor();

CREATE FUNCTION fill_tutor_from_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT first_name, last_name, picture, confirmed_at IS NOT NULL,
        ' ' || fold(first_name || ' ' || last_name) || ' '
    INTO NEW.first_name, NEW.last_name, NEW.picture, NEW.listed, NEW.name_folded
    FROM users WHERE id = NEW.user_id;
    RETURN NEW;
END $$;
CREATE TRIGGER tutors_fill_from_account BEFORE INSERT ON tutors
    FOR EACH ROW EXECUTE FUNCTION fill_tutor_from_account();
"""

# Counters of a tutor's ratings. Rows are locked in order of id: an account's deletion touches several.
COUNT_RATINGS = """
CREATE FUNCTION count_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM added) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + change.number, rating_sum = rating_sum + change.points
        FROM (SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM added GROUP BY tutor_id) AS change
        WHERE id = change.tutor_id;
    ELSE
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count - change.number, rating_sum = rating_sum - change.points
        FROM (SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM removed GROUP BY tutor_id) AS change
        WHERE id = change.tutor_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ratings_count_added AFTER INSERT ON ratings REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_ratings();
CREATE TRIGGER ratings_count_removed AFTER DELETE ON ratings REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_ratings();
"""

# Deleting an account removes ratings it gave and received. All tutors concerned are locked first, in order of id, so
# that accounts that rated each other wait instead of deadlocking.
LOCK_RATED_TUTORS = """
CREATE FUNCTION lock_rated_tutors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tutors WHERE id IN (
        SELECT id FROM tutors WHERE user_id = OLD.id UNION SELECT tutor_id FROM ratings WHERE student_id = OLD.id
    ) ORDER BY id FOR UPDATE;
    RETURN OLD;
END $$;
CREATE TRIGGER users_lock_rated_tutors BEFORE DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION lock_rated_tutors();
"""

TABLES_LAST_FIRST = (
    "schedule_items",
    "ratings",
    "connections",
    "tutors",
    "sessions",
    "messages",
    "members",
    "email_tokens",
    "users",
    "skills",
    "outbox",
    "conversations",
)

TRIGGER_FUNCTIONS = ("lock_rated_tutors", "count_ratings", "copy_account_to_tutor", "fill_tutor_from_account")

SKILLS = (
    "Angielski",
    "Biologia",
    "Chemia",
    "Fizyka",
    "Francuski",
    "Geografia",
    "Historia",
    "Hiszpański",
    "Informatyka",
    "Matematyka",
    "Muzyka",
    "Niemiecki",
    "Plastyka",
    "Polski",
    "Rosyjski",
    "Technika",
    "WOS",
    "Włoski",
)


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute(FOLD)
    op.execute(ONE_TYPO_APART)
    op.execute(WIRE_TIME)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("conversations_pkey")),
        sa.UniqueConstraint("pair", name=op.f("conversations_pair_key")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("outbox_pkey")),
    )
    op.create_index("outbox_due_idx", "outbox", ["due_at"], unique=False, postgresql_where=sa.text("sent_at IS NULL"))
    op.create_table(
        "skills",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("skills_pkey")),
        sa.UniqueConstraint("name", name=op.f("skills_name_key")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("is_tutor", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_staff", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
    )
    op.create_index("users_email_key", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "email_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('confirm', 'reset')", name=op.f("email_tokens_purpose_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("email_tokens_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("email_tokens_pkey")),
    )
    op.create_index(op.f("email_tokens_expires_at_idx"), "email_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("email_tokens_user_id_idx"), "email_tokens", ["user_id"], unique=False)
    op.create_table(
        "members",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("members_conversation_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("members_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation_id", "user_id", name=op.f("members_pkey")),
    )
    op.create_index(op.f("members_user_id_idx"), "members", ["user_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("messages_conversation_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("messages_pkey")),
    )
    op.create_index(
        "messages_client_id_key",
        "messages",
        ["conversation_id", "created_by", "client_id"],
        unique=True,
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column("address", postgresql.INET(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sessions_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
    )
    op.create_index(op.f("sessions_expires_at_idx"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("sessions_user_id_idx"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "tutors",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("price", sa.Integer(), server_default="0", nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("online_sessions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("in_person_sessions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("individual_sessions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("group_sessions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("listed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("name_folded", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "location_folded", sa.Text(), sa.Computed("' ' || fold(location) || ' '", persisted=True), nullable=False
        ),
        sa.Column("rating_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rating_sum", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "avg_rating",
            sa.Numeric(precision=2, scale=1),
            sa.Computed("coalesce(round(rating_sum::numeric / nullif(rating_count, 0), 1), 0)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "rank", sa.Double(), sa.Computed("(17.5 + rating_sum) / (5 + rating_count)", persisted=True), nullable=False
        ),
        sa.CheckConstraint("char_length(location) <= 50", name=op.f("tutors_location_check")),
        sa.CheckConstraint("price BETWEEN 0 AND 1000000", name=op.f("tutors_price_check")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("tutors_user_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("tutors_pkey")),
        sa.UniqueConstraint("user_id", name=op.f("tutors_user_id_key")),
    )
    op.create_index(
        "tutors_avg_rating_idx", "tutors", ["avg_rating", "id"], unique=False, postgresql_where=sa.text("listed")
    )
    op.create_index(
        "tutors_location_idx",
        "tutors",
        ["location_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"location_folded": "gin_trgm_ops"},
        postgresql_where=sa.text("listed"),
    )
    op.create_index(
        "tutors_name_idx",
        "tutors",
        ["name_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_folded": "gin_trgm_ops"},
        postgresql_where=sa.text("listed"),
    )
    op.create_index("tutors_price_idx", "tutors", ["price", "id"], unique=False, postgresql_where=sa.text("listed"))
    op.create_index("tutors_rank_idx", "tutors", ["rank", "id"], unique=False, postgresql_where=sa.text("listed"))
    op.create_index(
        "tutors_skills_idx",
        "tutors",
        ["skills"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("listed"),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("protocol", sa.Integer(), server_default="1", nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "user_id"],
            ["members.conversation_id", "members.user_id"],
            name=op.f("connections_conversation_id_user_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("connections_session_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("connections_pkey")),
    )
    op.create_index("connections_members_idx", "connections", ["conversation_id", "user_id"], unique=False)
    op.create_index(op.f("connections_session_id_idx"), "connections", ["session_id"], unique=False)
    op.create_index(op.f("connections_touched_at_idx"), "connections", ["touched_at"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tutor_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ratings_rating_check")),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("ratings_student_id_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tutor_id"], ["tutors.id"], name=op.f("ratings_tutor_id_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("ratings_pkey")),
        sa.UniqueConstraint("tutor_id", "student_id", name=op.f("ratings_tutor_id_student_id_key")),
    )
    op.create_index("ratings_tutor_idx", "ratings", ["tutor_id", "id"], unique=False)
    op.create_index("ratings_best_idx", "ratings", ["rating", "id"], unique=False)
    op.create_index(op.f("ratings_student_id_idx"), "ratings", ["student_id"], unique=False)
    op.create_table(
        "schedule_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tutor_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("tutor_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="schedule_items_overlap",
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("schedule_items_order_check")),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["tutors.id"], name=op.f("schedule_items_tutor_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("schedule_items_pkey")),
    )
    op.create_index("schedule_items_tutor_idx", "schedule_items", ["tutor_id", "id"], unique=False)
    op.execute(LISTENERS_NOW)
    op.execute(COPY_ACCOUNT)
    op.execute(COUNT_RATINGS)
    op.execute(LOCK_RATED_TUTORS)
    op.bulk_insert(sa.table("skills", sa.column("name")), [{"name": name} for name in SKILLS])


def downgrade() -> None:
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    for function in TRIGGER_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION listeners_now(uuid)")
    op.execute("DROP FUNCTION wire_time(timestamptz, text)")
    op.execute("DROP FUNCTION one_typo_apart(text, text)")
    op.execute("DROP FUNCTION fold(text)")
    # The extensions stay: other schemas of the database may use them.
