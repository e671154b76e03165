"""What import-linter does not see, because tests are no package: programs need no tests, and features no tools."""

import pytest

from tests.support.source_code import PROGRAM, imported_by, modules


def imports(folder: str, package: str) -> list[str]:
    return [
        f"{module} imports {name}"
        for module in modules(folder)
        for name in imported_by(module)
        if name.partition(".")[0] == package
    ]


@pytest.mark.parametrize("folder", PROGRAM)
def test_no_program_imports_tests(folder: str) -> None:
    assert imports(folder, "tests") == []


@pytest.mark.parametrize("folder", [each for each in PROGRAM if each != "tools"])
def test_tools_are_for_tests_and_benchmarks_only(folder: str) -> None:
    assert imports(folder, "tools") == []


def test_imports_are_found() -> None:
    assert "tests/architecture/test_import_directions.py imports tests.support.source_code" in imports(
        "tests/architecture", "tests"
    )
