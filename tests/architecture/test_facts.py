"""Facts that one module defines and all others import."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.support.source_code import PROGRAM, modules, nodes, tree

# The largest numbers of PostgreSQL's integer and bigint.
BOUNDS = {2**31 - 1, 2**31, 2**63 - 1, 2**63}


def numbers_in(node: ast.AST) -> Iterator[int]:
    """Numbers written as literals or as powers."""
    for each in ast.walk(node):
        match each:
            case ast.Constant(value=int(value)):
                yield value
            case ast.BinOp(ast.Constant(value=int(base)), ast.Pow(), ast.Constant(value=int(power))) if power < 100:
                yield base**power


def test_one_module_defines_the_bounds_of_integers() -> None:
    stating = {module for module in modules(*PROGRAM) if BOUNDS & set(numbers_in(tree(module)))}
    assert stating == {"layers/shared/kit/db/integers.py"}


@pytest.mark.parametrize("text", ["2**63 - 1", "9_223_372_036_854_775_807", "x < 2**31", "2147483647"])
def test_bounds_are_detected_however_they_are_written(text: str) -> None:
    assert BOUNDS & set(numbers_in(ast.parse(text)))


def test_equal_choices_are_written_in_the_same_order() -> None:
    """Python caches `Literal[...] | None`: both would be described in the order that was imported first."""
    orders: defaultdict[frozenset[str], set[tuple[str, ...]]] = defaultdict(set)
    for module in modules(*PROGRAM):
        for node in nodes(module):
            match node:
                case ast.Subscript(ast.Name("Literal"), ast.Tuple(choices)):
                    written = tuple(map(ast.unparse, choices))
                    orders[frozenset(written)].add(written)
    assert len(orders) > 20
    assert [each for each in orders.values() if len(each) > 1] == []
