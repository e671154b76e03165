"""Methods of dataclasses that are compiled when they are first used: they do what Python's own do."""

import dataclasses
from dataclasses import FrozenInstanceError, dataclass

import pytest

from shared.kit import lazy_dataclasses
from shared.kit.lazy_dataclasses import SELDOM_CALLED, compile_lazily


@pytest.fixture(autouse=True)
def _lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was imported before, and only for this test."""
    create = getattr(dataclasses._create_fn, "create", dataclasses._create_fn)  # type: ignore[attr-defined]
    monkeypatch.setattr(dataclasses, "_create_fn", create)
    compile_lazily()


def test_each_method_does_what_it_did() -> None:
    @dataclass(frozen=True)
    class Point:
        x: int
        y: int = 2

    @dataclass
    class Other:
        x: int
        y: int = 2

    assert Point(1) == Point(1, 2) != Point(2)
    other: object = Other(1)
    assert Point(1) != other
    assert hash(Point(1)) == hash(Point(1, 2)) == hash((1, 2))
    assert repr(Point(1)).endswith("Point(x=1, y=2)")
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del Point(1).x
    with pytest.raises(TypeError, match="unhashable"):
        hash(Other(1))


def test_nothing_that_is_seldom_called_is_compiled_before() -> None:
    made: list[str] = []
    create = dataclasses._create_fn.create  # type: ignore[attr-defined]

    def noted(name: str, *arguments: object, **options: object) -> object:
        made.append(name)
        return create(name, *arguments, **options)

    dataclasses._create_fn = noted  # type: ignore[attr-defined]
    compile_lazily()

    @dataclass(frozen=True)
    class Point:
        x: int

    assert made == ["__init__"]
    assert Point(1) == Point(1)
    assert (made, SELDOM_CALLED.isdisjoint(made[:1])) == (["__init__", "__eq__"], True)


def test_it_is_done_once() -> None:
    before = dataclasses._create_fn  # type: ignore[attr-defined]
    compile_lazily()
    assert dataclasses._create_fn is before  # type: ignore[attr-defined]


def test_another_python_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(dataclasses, "_create_fn")
    lazy_dataclasses.compile_lazily()
    assert not hasattr(dataclasses, "_create_fn")
