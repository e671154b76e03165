"""numbers of tutors per skill and per place, maintained by triggers

Revision ID: 0026
Revises: 0025
"""

from alembic import op

from functions.migrations.database_functions import create_function

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE facet_counts (
    kind text NOT NULL,
    value text NOT NULL,
    listed bigint NOT NULL,
    complete bigint NOT NULL,
    CONSTRAINT facet_counts_pkey PRIMARY KEY (kind, value)
);
CREATE TABLE facet_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT facet_changes_pkey PRIMARY KEY,
    kind text NOT NULL,
    value text NOT NULL,
    listed bigint NOT NULL,
    complete bigint NOT NULL
);
"""
# Changes of tutors wait until all have been counted.
FIRST_COUNT = """
LOCK TABLE tutors IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO facet_counts (kind, value, listed, complete)
SELECT kind, value, sum(listed), sum(complete)
FROM (SELECT f.* FROM tutors t, facets_of(t.listed, t.is_complete, t.skills, t.location) f) every GROUP BY kind, value;
"""
TRIGGERS = """
CREATE TRIGGER tutors_count_added AFTER INSERT ON tutors REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_facet();
CREATE TRIGGER tutors_count_changed AFTER UPDATE ON tutors FOR EACH ROW
    WHEN ((OLD.listed, OLD.is_complete, OLD.skills, OLD.location)
        IS DISTINCT FROM (NEW.listed, NEW.is_complete, NEW.skills, NEW.location))
    EXECUTE FUNCTION count_facet();
CREATE TRIGGER tutors_count_removed AFTER DELETE ON tutors FOR EACH ROW EXECUTE FUNCTION count_facet();
"""


def upgrade() -> None:
    op.execute(TABLES)
    create_function("facets_of")
    create_function("count_facet")
    op.execute(FIRST_COUNT)
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("DROP FUNCTION count_facet() CASCADE")
    op.execute("DROP FUNCTION facets_of")
    op.execute("DROP TABLE facet_changes, facet_counts")
