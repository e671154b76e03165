"""Files and functions stay small enough to be read in one go."""

import sys
from statistics import median, quantiles

import pytest

from tests.support.source_code import PROGRAM, docstring, functions_of, modules, text

MAX_FILE, MAX_FUNCTION = 300, 30
# Migrations are history: they no longer change.
HISTORY = "infra/migrations/versions/"
# The recorder of the contract is one long scenario, in the order in which it was recorded.
RECORDER = "tests/contract/replay.py"
MODULES = [module for module in modules(*PROGRAM) if not module.startswith(HISTORY)]


def lines_of(module: str) -> int:
    return len(text(module).splitlines())


def body_lines(module: str) -> list[tuple[int, str]]:
    """The lines of each function without its signature and docstring, and where it stands."""
    found = []
    for function in functions_of(module):
        described = docstring(function)
        first = described.end_lineno if described else function.body[0].lineno - 1
        assert first is not None
        assert function.end_lineno is not None
        found.append((function.end_lineno - first, f"{module}:{function.lineno} {function.name}"))
    return found


def test_no_module_is_long() -> None:
    assert [module for module in MODULES if lines_of(module) > MAX_FILE] == []
    assert [module for module in modules("tests") if lines_of(module) > MAX_FILE and module != RECORDER] == []


def test_no_function_is_long() -> None:
    found = [each for module in MODULES for each in body_lines(module)]
    assert [where for lines, where in found if lines > MAX_FUNCTION] == []


def test_most_modules_and_functions_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    files = [lines for module in MODULES if (lines := lines_of(module))]
    functions = [lines for module in MODULES for lines, _ in body_lines(module)]
    ninth = quantiles(files, n=10)[-1]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(files)} modules: median {median(files):.0f} lines, nine of ten up to {ninth:.0f}, the longest "
            f"{max(files)}\n{len(functions)} functions: median {median(functions):.0f}, the longest {max(functions)}\n"
        )
    assert median(files) < 70
    assert ninth < 160
    assert median(functions) <= 5
