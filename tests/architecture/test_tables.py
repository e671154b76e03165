"""The documentation lists who owns, reads and writes each table."""

import pytest

from shared.models import Base
from tools.cloud.project import ROOT
from tools.tables import TARGET, owners, page, tables_of


@pytest.fixture(scope="module")
def made_page() -> str:
    return page()


def test_the_page_of_tables_matches_the_statements(made_page: str) -> None:
    assert TARGET.read_text() == made_page, "run: make generate"


def test_every_table_has_a_feature_that_owns_it() -> None:
    assert owners().keys() == Base.metadata.tables.keys()
    assert all((ROOT / "functions" / owner).is_dir() for owner in owners().values())


def test_the_page_lists_readers_and_writers(made_page: str) -> None:
    [row] = [line for line in made_page.splitlines() if line.startswith("| `conversations` |")]
    _, _, owner, readers, writers, _ = (cell.strip() for cell in row.split("|"))
    assert (owner, "chat" in readers, "chat" in writers) == ("chat", True, True)


@pytest.mark.parametrize(
    ("statement", "reads", "writes"),
    [
        ("SELECT 1 FROM users u JOIN tutors USING (id)", {"users", "tutors"}, set()),
        ("INSERT INTO messages (id) SELECT id FROM users", {"users"}, {"messages"}),
        ("UPDATE users SET name = $1 WHERE id = $2", set(), {"users"}),
        ("DELETE FROM users u USING tutors t WHERE u.id = t.id", {"tutors"}, {"users"}),
        ("WITH gone AS (DELETE FROM users RETURNING id) SELECT id FROM gone", {"gone"}, {"users"}),
        ("SELECT id FROM users ORDER BY id FOR UPDATE", {"users"}, set()),
    ],
)
def test_reads_and_writes_are_distinguished(statement: str, reads: set[str], writes: set[str]) -> None:
    assert tables_of(statement) == (reads, writes)
