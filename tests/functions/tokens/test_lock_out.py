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
    """An account that strangers from several addresses have tried as often as may be."""
    monkeypatch.setattr(limits, "FAILURES_PER_ACCOUNT", replace(limits.FAILURES_PER_ACCOUNT, count=20))
    fail(10, ola.email, "198.51.100.1")
    fail(10, ola.email, "198.51.100.2")
    assert_throttled(sign_in(ola.email, PASSWORD, HOME))
    return ola


def refresh_token(person: Person, **changes: Any) -> str:
    claims = Claims("refresh", person.id, person.session_id, datetime.now(UTC) + timedelta(days=1))
    return issue(replace(claims, **changes))


def test_an_account_fails_a_hundred_times_in_all(ola: Person) -> None:
    assert limits.FAILURES_PER_ACCOUNT.count == 100
    for _ in range(99):
        spend(limits.FAILURES_PER_ACCOUNT, f"account {ola.id}")
    fail(1, ola.email, "198.51.100.1")
    assert_throttled(sign_in(ola.email, PASSWORD, "198.51.100.2"))


def test_a_device_that_signed_in_before_gets_in(locked: Person) -> None:
    assert sign_in(locked.email, PASSWORD, HOME, refresh=locked.refresh).status == 200
    for _ in range(100):
        spend(limits.FAILURES_PER_ADDRESS, STRANGERS)
    assert_throttled(sign_in(locked.email, PASSWORD, STRANGERS))
    assert sign_in(locked.email, PASSWORD, STRANGERS, refresh=locked.refresh).status == 200


def test_so_does_one_whose_token_has_expired_or_was_signed_out(locked: Person) -> None:
    expired = refresh_token(locked, expires_at=datetime.now(UTC) - timedelta(days=1))
    assert sign_in(locked.email, PASSWORD, STRANGERS, refresh=expired).status == 200
    query("DELETE FROM sign_in_sessions")
    assert sign_in(locked.email, PASSWORD, STRANGERS, refresh=locked.refresh).status == 200


def test_a_device_has_ten_tries_of_its_own(ola: Person) -> None:
    for _ in range(10):
        assert sign_in(ola.email, "wrong", refresh=ola.refresh).status == 401
    assert_throttled(sign_in(ola.email, PASSWORD, STRANGERS, refresh=ola.refresh))
    assert sign_in(ola.email, PASSWORD).status == 200, "they are not counted elsewhere"


def test_collected_tokens_of_ended_sessions_give_no_more_tries(ola: Person) -> None:
    old = [refresh_token(ola, session_id=session_id) for session_id in (ola.id, ola.session_id)]
    query("DELETE FROM sign_in_sessions")
    for number in range(10):
        assert sign_in(ola.email, "wrong", refresh=old[number % 2]).status == 401
    for token in old:
        assert_throttled(sign_in(ola.email, PASSWORD, refresh=token))


def test_what_is_no_refresh_token_of_the_account_proves_nothing(locked: Person, people: People) -> None:
    other = people.student()
    proofs: list[Any] = [other.refresh, locked.access, f"{locked.refresh}x", "", "x", 12, None, [], {"a": 1}]
    for token in proofs:
        assert_throttled(sign_in(locked.email, PASSWORD, HOME, refresh=token))
    assert sign_in(other.email, PASSWORD, HOME, refresh=[]).status == 200


def test_a_known_address_gets_in_whatever_others_try(locked: Person) -> None:
    query("UPDATE sign_in_sessions SET address = %s WHERE user_id = %s", HOME, locked.id)
    assert sign_in(locked.email, PASSWORD, HOME).status == 200


def test_a_known_ipv6_address_is_its_network(locked: Person) -> None:
    query("UPDATE sign_in_sessions SET address = '2001:db8:1:2::7' WHERE user_id = %s", locked.id)
    assert_throttled(sign_in(locked.email, PASSWORD, "2001:db8:1:3::7"))
    assert sign_in(locked.email, PASSWORD, "2001:db8:1:2:ffff::1").status == 200


def test_an_account_s_failures_at_an_ipv6_address_are_those_of_its_network(ola: Person) -> None:
    for number in range(10):
        fail(1, ola.email, f"2001:db8:1:2:{number:x}::1")
    assert_throttled(sign_in(ola.email, PASSWORD, "2001:db8:1:2:ffff::1"))


def test_a_signed_in_device_checks_its_password_wherever_others_failed(ola: Person) -> None:
    for _ in range(100):
        spend(limits.FAILURES_PER_ADDRESS, HOME)
    assert check(ola, PASSWORD, HOME).json == {"password_matches": True}
