"""The check of packages fails when there is something to decide, and reports packages that it could not check."""

import pytest

from tools.dependencies import AGREED, SHIPPED, pinned_names, report_audit, report_licences, report_missing

FINE = {"name": "six", "version": "1.17.0", "vulns": []}
VULNERABLE = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "ours", "skip_reason": "Dependency not found on PyPI"}


def test_packages_without_vulnerabilities_pass() -> None:
    assert report_audit([FINE], strict=True) == 0


def test_a_known_vulnerability_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_audit([FINE, VULNERABLE], strict=False) == 1
    assert "old 1.0: PYSEC-2026-1, fixed in 1.1" in capsys.readouterr().out


def test_an_unaudited_package_is_reported_and_fails_in_strict_mode(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert report_audit([FINE, SKIPPED], strict=False) == 0
    assert "1 not audited" in capsys.readouterr().out
    assert report_audit([FINE, SKIPPED], strict=True) == 1


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "UNKNOWN", "MIT AND GPL-3.0-only"])
def test_a_licence_that_is_not_allowed_fails(licence: str) -> None:
    assert report_licences([{"Name": "one", "License": "MIT"}, {"Name": "two", "License": licence}]) == 1


def test_allowed_licences_pass_alone_and_in_combination() -> None:
    assert report_licences([{"Name": name, "License": name} for name in AGREED]) == 0
    assert report_licences([{"Name": "both", "License": "Apache-2.0 OR BSD-3-Clause"}]) == 0


def test_a_package_without_a_licence_report_fails() -> None:
    installed = [{"Name": "pydantic_core", "License": "MIT"}]
    assert report_missing({"pydantic-core"}, installed) == 0
    assert report_missing({"pydantic-core", "greenlet"}, installed) == 1


def test_shipped_packages_come_from_the_requirements_of_the_images() -> None:
    pinned = {found for file in SHIPPED for found in pinned_names(file)}
    assert {("fastapi", ""), ("psycopg", ""), ("alembic", ""), ("psycopg-binary", ";")} <= pinned
