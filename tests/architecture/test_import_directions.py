"""What import-linter does not check, as tests are no package: programs do not import tests, nor features tools."""

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
def test_only_tests_and_benchmarks_import_the_tools(folder: str) -> None:
    assert imports(folder, "tools") == []


# Only one module of the kit imports these, without the parts that functions do not use; any other import loads all.
IN_FRONT = {
    "fastapi": "layers/shared/kit/http/fastapi.py",
    "psycopg": "layers/shared/kit/psycopg.py",
    "psycopg_pool": "layers/shared/kit/psycopg.py",
}


@pytest.mark.parametrize("package", IN_FRONT)
@pytest.mark.parametrize("folder", ["functions", "layers"])
def test_packages_that_are_imported_partially_have_one_importer(folder: str, package: str) -> None:
    assert [each for each in imports(folder, package) if not each.startswith(IN_FRONT[package])] == []


def test_models_inherit_the_base_that_builds_validators_lazily() -> None:
    asking = [each for each in modules("functions", "layers") if "pydantic.BaseModel" in imported_by(each)]
    assert asking == [IN_FRONT["fastapi"]]


def test_imports_are_found() -> None:
    assert "tests/architecture/test_import_directions.py imports tests.support.source_code" in imports(
        "tests/architecture", "tests"
    )
