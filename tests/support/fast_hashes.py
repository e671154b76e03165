"""Password hashes that cost next to nothing, for tests that are not about passwords."""

from functools import cache

import pytest
from argon2 import PasswordHasher

from shared.kit.security import password_hashes

_production_hasher, _production_nobody = password_hashes._hasher, password_hashes._nobody_s_hash


@cache
def _fast_hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def _fast_nobody() -> str:
    return _fast_hasher().hash("nobody's password")


def hash_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords a hundred times as fast as production does."""
    monkeypatch.setattr(password_hashes, "_hasher", _fast_hasher)
    monkeypatch.setattr(password_hashes, "_nobody_s_hash", _fast_nobody)


def hash_as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo `hash_fast`."""
    monkeypatch.setattr(password_hashes, "_hasher", _production_hasher)
    monkeypatch.setattr(password_hashes, "_nobody_s_hash", _production_nobody)
