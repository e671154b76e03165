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


# Imported by one module of the kit, which leaves out what functions do not use; what came first would bring it all.
IN_FRONT = {
    "fastapi": "layers/shared/kit/http/fastapi.py",
    "psycopg": "layers/shared/kit/psycopg.py",
    "psycopg_pool": "layers/shared/kit/psycopg.py",
}


@pytest.mark.parametrize("package", IN_FRONT)
@pytest.mark.parametrize("folder", ["functions", "layers"])
def test_one_module_imports_what_is_imported_in_part(folder: str, package: str) -> None:
    assert [each for each in imports(folder, package) if not each.startswith(IN_FRONT[package])] == []


def test_models_have_the_base_whose_validators_are_built_late() -> None:
    asking = [each for each in modules("functions", "layers") if "pydantic.BaseModel" in imported_by(each)]
    assert asking == [IN_FRONT["fastapi"]]


def test_imports_are_found() -> None:
    assert "tests/architecture/test_import_directions.py imports tests.support.source_code" in imports(
        "tests/architecture", "tests"
    )
