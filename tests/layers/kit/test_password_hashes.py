"""Password hashes."""

import time
from statistics import median

import pytest
from argon2 import PasswordHasher

from shared.kit.security.password_hashes import hash_password, needs_rehash, password_matches


def test_a_hash_matches_its_password_only() -> None:
    made = hash_password("Zielona!Herbata7")
    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_matches(made, "Zielona!Herbata7")
    for other in ("zielona!herbata7", "Zielona!Herbata7 ", "", "Zielona!Herbata7\0", "\ud800"):
        assert not password_matches(made, other)


def test_equal_passwords_have_different_hashes() -> None:
    assert hash_password("x") != hash_password("x")


@pytest.mark.parametrize("kept", [None, "", "!", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"])
def test_nothing_matches_a_malformed_hash(kept: str | None) -> None:
    for password in ("", "x", "nobody's password"):
        assert not password_matches(kept, password)


def test_hashes_with_other_parameters_need_replacing() -> None:
    assert not needs_rehash(hash_password("x"))
    for time_cost, memory_cost, parallelism in ((1, 19_456, 1), (2, 8, 1), (2, 19_456, 2)):
        made = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism).hash("x")
        assert needs_rehash(made)
        assert password_matches(made, "x")


def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    made = hash_password("x")

    def cpu_seconds(kept: str | None) -> float:
        started = time.process_time()
        password_matches(kept, "wrong")
        return time.process_time() - started

    cpu_seconds(None)  # creates the hash for unknown accounts once
    known, unknown = ([cpu_seconds(kept) for _ in range(7)] for kept in (made, None))
    assert median(unknown) == pytest.approx(median(known), rel=0.5)
