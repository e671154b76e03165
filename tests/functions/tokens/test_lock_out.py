"""Strangers cannot keep an account's owner out (docs/decisions/0008)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain import limits
from shared.kit.security.rate_limits import spend
from shared.kit.security.tokens import Claims, issue
from tests.functions.tokens.test_throttling import (
    HOME,
    STRANGERS,
    assert_throttled,
    check,
    fail,
    ola,
    sign_in,
)
from tests.support.people import PASSWORD, People, Person, query

__all__ = ["ola"]


@pytest.fixture
def locked(ola: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """An account whose limit of failures strangers at several addresses have used up."""
    monkeypatch.setattr(limits, "FAILURES_PER_ACCOUNT", replace(limits.FAILURES_PER_ACCOUNT, count=20))
    fail(10, ola.email, "198.51.100.1")
    fail(10, ola.email, "198.51.100.2")
    assert_throttled(sign_in(ola.email, PASSWORD, HOME))
    return ola


def refresh_token(person: Person, **changes: Any) -> str:
    claims = Claims("refresh", person.id, person.session_id, datetime.now(UTC) + timedelta(days=1))
    return issue(claims._replace(**changes))


def test_an_account_allows_a_hundred_failures_in_all(ola: Person) -> None:
    assert limits.FAILURES_PER_ACCOUNT.count == 100
    for _ in range(99):
        spend(limits.FAILURES_PER_ACCOUNT, f"account {ola.id}")
    fail(1, ola.email, "198.51.100.1")
    assert_throttled(sign_in(ola.email, PASSWORD, "198.51.100.2"))


def test_a_device_that_signed_in_before_can_sign_in(locked: Person) -> None:
    assert sign_in(locked.email, PASSWORD, HOME, refresh=locked.refresh).status == 200
    for _ in range(100):
        spend(limits.FAILURES_PER_ADDRESS, STRANGERS)
    assert_throttled(sign_in(locked.email, PASSWORD, STRANGERS))
    assert sign_in(locked.email, PASSWORD, STRANGERS, refresh=locked.refresh).status == 200


def test_a_device_with_an_expired_or_signed_out_token_can_sign_in(locked: Person) -> None:
    expired = refresh_token(locked, expires_at=datetime.now(UTC) - timedelta(days=1))
    assert sign_in(locked.email, PASSWORD, STRANGERS, refresh=expired).status == 200
    query("DELETE FROM sign_in_sessions")
    assert sign_in(locked.email, PASSWORD, STRANGERS, refresh=locked.refresh).status == 200


def test_a_device_has_its_own_ten_tries(ola: Person) -> None:
    for _ in range(10):
        assert sign_in(ola.email, "wrong", refresh=ola.refresh).status == 401
    assert_throttled(sign_in(ola.email, PASSWORD, STRANGERS, refresh=ola.refresh))
    assert sign_in(ola.email, PASSWORD).status == 200, "its failures count nowhere else"


def test_several_tokens_of_ended_sessions_give_no_additional_tries(ola: Person) -> None:
    old = [refresh_token(ola, session_id=session_id) for session_id in (ola.id, ola.session_id)]
    query("DELETE FROM sign_in_sessions")
    for number in range(10):
        assert sign_in(ola.email, "wrong", refresh=old[number % 2]).status == 401
    for token in old:
        assert_throttled(sign_in(ola.email, PASSWORD, refresh=token))


def test_only_a_refresh_token_of_the_account_identifies_a_device(locked: Person, people: People) -> None:
    other = people.student()
    proofs: list[Any] = [other.refresh, locked.access, f"{locked.refresh}x", "", "x", 12, None, [], {"a": 1}]
    for token in proofs:
        assert_throttled(sign_in(locked.email, PASSWORD, HOME, refresh=token))
    assert sign_in(other.email, PASSWORD, HOME, refresh=[]).status == 200


def test_sign_in_works_from_a_known_address_despite_strangers(locked: Person) -> None:
    query("UPDATE sign_in_sessions SET address = %s WHERE user_id = %s", HOME, locked.id)
    assert sign_in(locked.email, PASSWORD, HOME).status == 200


def test_a_known_ipv6_address_includes_its_network(locked: Person) -> None:
    query("UPDATE sign_in_sessions SET address = '2001:db8:1:2::7' WHERE user_id = %s", locked.id)
    assert_throttled(sign_in(locked.email, PASSWORD, "2001:db8:1:3::7"))
    assert sign_in(locked.email, PASSWORD, "2001:db8:1:2:ffff::1").status == 200


def test_failures_at_an_ipv6_address_count_for_its_network(ola: Person) -> None:
    for number in range(10):
        fail(1, ola.email, f"2001:db8:1:2:{number:x}::1")
    assert_throttled(sign_in(ola.email, PASSWORD, "2001:db8:1:2:ffff::1"))


def test_a_signed_in_device_can_check_its_password_despite_failures_of_others(ola: Person) -> None:
    for _ in range(100):
        spend(limits.FAILURES_PER_ADDRESS, HOME)
    assert check(ola, PASSWORD, HOME).json == {"password_matches": True}
