"""SnapStart: connections and random numbers of functions restored from the same snapshot."""

import random

import pytest
import snapshot_restore_py

from shared.kit.aws import snapstart
from shared.kit.db import pool
from tests.support.people import query


@pytest.fixture(autouse=True)
def hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_restore_py, "_before_snapshot_registry", [])
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", [])


def test_a_restored_function_has_its_own_connection_and_random_numbers(
    platform: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    snapstart.register()
    before = query("SELECT pg_backend_pid()")
    [(let_go, *_)] = snapshot_restore_py.get_before_snapshot()
    let_go()
    assert pool.pool.cache_info().currsize == 0
    state = random.getstate()
    drawn = []
    for _ in range(2):
        random.setstate(state)
        [(begin_anew, *_)] = snapshot_restore_py.get_after_restore()
        begin_anew()
        drawn.append(random.random())
    assert drawn[0] != drawn[1]
    assert query("SELECT pg_backend_pid()") != before


@pytest.mark.parametrize("kind", ["on-demand", "provisioned-concurrency", ""])
def test_other_functions_register_nothing(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", kind)
    snapstart.register()
    assert snapshot_restore_py.get_before_snapshot() == snapshot_restore_py.get_after_restore() == []
