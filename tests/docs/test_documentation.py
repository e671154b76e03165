"""Links in the documentation lead somewhere, and the commands and settings that it names exist."""

import re
from pathlib import Path
from typing import get_type_hints

import pytest

from local.options import Options
from shared.domain.platform_settings import PlatformSettings
from shared.kit.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tools").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
# Paths in the text; a star or angle brackets stand for any name.
PATH = re.compile(r"`((?:docs|functions|infra|layers|local|tests|tools)/[\w./-]+)`")
README_WORDS = 1_300


def test_documents_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "glossary.md"} <= {each.name for each in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text()
    missing = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    missing += [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    assert missing == []


def test_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for document in DOCUMENTS for name in re.findall(r"`make ([a-z][a-z-]*)", document.read_text())}
    assert named - targets == set()


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= README_WORDS


@pytest.mark.parametrize("settings", [Settings, PlatformSettings, Options])
def test_every_setting_is_explained(settings: type) -> None:
    explained = set(re.findall(r"`([A-Z0-9_]+)`", (ROOT / "docs" / "operations.md").read_text()))
    names = {name.upper() for name in get_type_hints(settings)}
    assert names - explained == set()


def test_the_changelog_names_the_version() -> None:
    """The version of pyproject.toml, which everything else reads."""
    [version] = re.findall(r'^version = "([\d.]+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version in (ROOT / "CHANGELOG.md").read_text()
