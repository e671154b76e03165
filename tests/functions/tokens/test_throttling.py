"""How often passwords may be tried (docs/contract.md, section 11, item 8)."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from functions.tokens.handler import handler
from local.engines.processes import Engine, socket_folder
from local.engines.valkey import start_valkey
from shared.domain import limits
from shared.kit import redis
from shared.kit.redis import client as redis_client
from shared.kit.security.rate_limits import spend
from tests.conftest import read_settings_again
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import PASSWORD, People, Person, query
from tests.support.races import at_once

call = LambdaClient(handler)
HOME, STRANGERS = "203.0.113.7", "198.51.100.66"
MINUTES_15 = 900


@pytest.fixture
def ola(people: People, rate_limits: None) -> Person:
    """An account signed in at an address that these tests do not call from."""
    person = people.student(email="mikolaj@example.com")
    query("UPDATE sign_in_sessions SET address = '192.0.2.1'")
    return person


def sign_in(email: str, password: str = "wrong", address: str = HOME, **more: Any) -> Answer:
    return call("POST", "/api/token/", json_body={"email": email, "password": password, **more}, source_ip=address)


def check(person: Person, password: Any = "wrong", address: str = HOME) -> Answer:
    body = {"password": password}
    return call("POST", "/api/user/check_password/", token=person.access, json_body=body, source_ip=address)


def fail(times: int, email: str, address: str = HOME) -> None:
    for _ in range(times):
        assert sign_in(email, address=address).status == 401


def assert_throttled(answer: Answer) -> int:
    """Check that the answer is 429, and return Retry-After in seconds."""
    assert answer.status == 429
    assert answer.json == {"detail": "Zbyt wiele prób. Spróbuj ponownie później.", "code": "throttled"}
    return int(answer.headers["retry-after"])


def test_after_ten_failures_an_account_is_throttled_at_that_address_for_15_minutes(ola: Person, people: People) -> None:
    fail(10, ola.email)
    assert MINUTES_15 - 30 < assert_throttled(sign_in(ola.email, PASSWORD)) <= MINUTES_15
    assert sign_in(ola.email, PASSWORD, STRANGERS).status == 200
    assert sign_in(people.student().email, PASSWORD).status == 200, "other accounts at the address are not affected"


def test_an_unknown_account_is_throttled_too(ola: Person) -> None:
    fail(10, "nobody@example.com")
    assert_throttled(sign_in("NOBODY@example.com"))


def test_blocked_tries_do_not_prolong_the_window(ola: Person) -> None:
    fail(10, ola.email)
    redis = redis_client()
    for key in redis.scan_iter():
        redis.expire(key, 60)
    for _ in range(5):
        assert assert_throttled(sign_in(ola.email, PASSWORD)) <= 61
    for key in redis.scan_iter():
        assert redis.ttl(key) <= 60


def test_after_the_window_sign_in_works_again(ola: Person) -> None:
    fail(10, ola.email)
    assert_throttled(sign_in(ola.email, PASSWORD))
    redis = redis_client()
    for key in redis.scan_iter():
        redis.pexpire(key, 1)
    while redis.dbsize():
        pass
    assert sign_in(ola.email, PASSWORD).status == 200


def test_right_passwords_are_not_counted(ola: Person) -> None:
    fail(9, ola.email)
    for _ in range(15):
        assert sign_in(ola.email, PASSWORD).status == 200
    query("DELETE FROM sign_in_sessions")
    fail(1, ola.email)
    assert_throttled(sign_in(ola.email, PASSWORD))


def test_an_unconfirmed_account_with_the_right_password_is_not_counted(ola: Person) -> None:
    query("UPDATE users SET confirmed_at = NULL")
    assert [sign_in(ola.email, PASSWORD).status for _ in range(12)] == [400] * 12


def test_an_ip_address_allows_a_hundred_failures_for_all_accounts(ola: Person) -> None:
    for _ in range(97):
        spend(limits.FAILURES_PER_ADDRESS, HOME)
    for number in range(3):
        fail(1, f"nobody{number}@example.com")
    assert_throttled(sign_in(ola.email, PASSWORD))
    assert sign_in(ola.email, PASSWORD, STRANGERS).status == 200


def test_tries_refused_because_of_the_account_do_not_count_for_the_ip_address(ola: Person, people: People) -> None:
    """One device with an old password must not lock out a whole school."""
    for _ in range(120):
        sign_in(ola.email)
    assert sign_in(people.student().email, PASSWORD).status == 200


def test_an_ipv6_subscriber_is_one_address(ola: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FAILURES_PER_ADDRESS", replace(limits.FAILURES_PER_ADDRESS, count=3))
    for number in range(3):
        fail(1, f"nobody{number}@example.com", f"2001:db8:1:2:{number:x}::1")
    assert_throttled(sign_in(ola.email, PASSWORD, "2001:db8:1:2:ffff::1"))
    assert sign_in(ola.email, PASSWORD, "2001:db8:1:3::1").status == 200


def test_concurrent_tries_are_all_counted(ola: Person) -> None:
    answers = at_once(*[partial(sign_in, ola.email)] * 15)
    assert sorted(answer.status for answer in answers) == [401] * 10 + [429] * 5


def test_strangers_do_not_lock_the_owner_out_at_a_signed_in_address(ola: Person) -> None:
    query("UPDATE sign_in_sessions SET address = %s", HOME)
    fail(10, ola.email, STRANGERS)
    assert_throttled(sign_in(ola.email, PASSWORD, STRANGERS))
    assert sign_in(ola.email, PASSWORD, HOME).status == 200
    fail(10, ola.email, HOME)
    assert_throttled(sign_in(ola.email, PASSWORD, HOME))


@pytest.mark.parametrize("form", ["{} {}", "{}/{}", "{}\t{}"])
def test_an_ip_address_appended_to_the_account_does_not_lock_the_owner_out(ola: Person, form: str) -> None:
    query("UPDATE sign_in_sessions SET address = %s", HOME)
    for name in (ola.email, str(ola.id)):
        fail(10, form.format(name, HOME), STRANGERS)
    assert sign_in(ola.email, PASSWORD, HOME).status == 200


def test_an_account_is_the_same_however_its_address_is_typed(ola: Person) -> None:
    # PostgreSQL lowers the Kelvin sign to k and the dotted capital I to i; Python does not do the latter.
    ways = (ola.email, ola.email.upper(), ola.email.replace("k", "\u212a"), ola.email.replace("i", "\u0130"))
    assert [sign_in(typed, PASSWORD).status for typed in ways] == [200] * 4
    query("DELETE FROM sign_in_sessions")
    for typed, _ in zip(cycle(ways), range(10), strict=False):
        fail(1, typed)
    for typed in ways:
        assert_throttled(sign_in(typed, PASSWORD))


def test_password_checks_are_limited_from_every_address(ola: Person) -> None:
    for number in range(10):
        assert check(ola, address=f"198.51.100.{number}").json == {"password_matches": False}
    assert_throttled(check(ola, PASSWORD, "198.51.100.200"))


def test_checks_in_one_session_do_not_lock_another_one(ola: Person, people: People) -> None:
    [(second,)] = query(
        "INSERT INTO sign_in_sessions (user_id, expires_at) SELECT id, now() + interval '1 day' FROM users RETURNING id"
    )
    for _ in range(10):
        check(ola)
    query("UPDATE sign_in_sessions SET password_checked_at = now() - interval '1 day'")
    access = sign_in(ola.email, PASSWORD).json["access"]
    answer = call("POST", "/api/user/check_password/", token=access, json_body={"password": PASSWORD})
    assert answer.json == {"password_matches": True}
    assert query(
        "SELECT password_checked_at < now() - interval '1 hour' FROM sign_in_sessions WHERE id = %s", second
    ) == [(True,)]


def test_keys_in_redis_contain_no_addresses_and_are_short(ola: Person) -> None:
    sign_in(ola.email)
    assert sign_in("x" * 200_000).status == 401
    keys = list(redis_client().scan_iter())
    assert len(keys) == 5
    assert max(map(len, keys)) < 100
    assert not [key for key in keys if b"mikolaj" in key or HOME.encode() in key]


@pytest.fixture
def own_valkey(ola: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A Valkey for this test, which it may stop."""
    sockets = socket_folder()
    engine = start_valkey(tmp_path / "valkey", sockets)
    with monkeypatch.context() as patch:
        patch.setenv("REDIS_URL", engine.url)
        connect_anew()
        yield engine
        engine.stop()
        shutil.rmtree(sockets)
    connect_anew()


def connect_anew() -> None:
    read_settings_again()
    redis.client.cache_clear()
    redis._Breaker.resting_until = 0.0


def test_without_redis_nothing_is_throttled(ola: Person, own_valkey: Engine) -> None:
    fail(10, ola.email)
    assert_throttled(sign_in(ola.email, PASSWORD))
    own_valkey.stop()
    fail(3, ola.email)
    assert sign_in(ola.email, PASSWORD).status == 200
    assert check(ola, PASSWORD).json == {"password_matches": True}
