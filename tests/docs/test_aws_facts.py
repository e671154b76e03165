"""The list of AWS rules that we rely on: each has a source, and an existing test or the word "unproven"."""

import re

from tools.cloud.project import ROOT

LEDGER = ROOT / "docs" / "aws-facts.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in LEDGER.read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| rule ")
]
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_rule_has_a_source_and_is_tested_or_marked_unproven() -> None:
    assert len(ROWS) > 40
    for row in ROWS:
        assert len(row) == 3, row
        assert all(row), row
        assert TEST.search(row[2]) or "unproven" in row[2] or row[2].startswith("the same;"), row


def test_every_cited_test_exists() -> None:
    for path, name in TEST.findall(LEDGER.read_text()):
        text = (ROOT / path).read_text()
        assert f"def {name}(" in text if name else "def test_" in text, f"{path}::{name}"


def test_every_aws_page_that_the_code_cites_has_a_row() -> None:
    """Pages are compared by the last part of their URLs."""
    named = {
        (path.relative_to(ROOT).as_posix(), page)
        for folder in ("layers", "functions")
        for path in (ROOT / folder).rglob("*.py")
        for page in re.findall(r"docs\.aws\.amazon\.com/[\w./-]*/([\w.-]+)\.html", path.read_text())
    }
    ledger = LEDGER.read_text()
    missing = {(path, page) for path, page in named if page not in ledger}
    assert missing == set()
