"""Rate limits."""

import pytest

from shared.kit import redis
from shared.kit.errors import Throttled
from shared.kit.redis import client
from shared.kit.security.rate_limits import Limit, give_back, spend, spend_all
from tests.support.races import at_once

LIMIT = Limit("tries", 3, 60)


def spend_times(times: int, subject: str = "ola", limit: Limit = LIMIT) -> list[int]:
    """Return Retry-After of each try, 0 for allowed ones."""
    waits = []
    for _ in range(times):
        try:
            spend(limit, subject)
            waits.append(0)
        except Throttled as error:
            waits.append(int(error.headers["Retry-After"]))
    return waits


def test_beyond_the_limit_the_wait_is_the_rest_of_the_window(rate_limits: None) -> None:
    allowed, waits = spend_times(5)[:3], spend_times(2)
    assert allowed == [0, 0, 0]
    assert all(50 < seconds <= 60 for seconds in waits)


def test_subjects_and_limits_are_counted_separately(rate_limits: None) -> None:
    spend_times(4)
    assert spend_times(3, "jan") == [0, 0, 0]
    assert spend_times(3, "ola", Limit("other", 3, 60)) == [0, 0, 0]


def test_the_window_starts_with_the_first_event_and_is_not_prolonged(rate_limits: None) -> None:
    spend_times(1)
    [key] = client().keys()
    client().expire(key, 5)
    assert spend_times(2) == [0, 0]
    assert max(spend_times(3)) <= 6
    assert client().ttl(key) <= 5


def test_a_returned_event_can_be_spent_again(rate_limits: None) -> None:
    spend_times(3)
    give_back(LIMIT, "ola")
    [again, then] = spend_times(2)
    assert again == 0
    assert then > 0


def test_an_event_returned_after_the_window_lasts_at_most_one_window(rate_limits: None) -> None:
    give_back(LIMIT, "ola")
    [key] = client().keys()
    assert 0 < client().ttl(key) <= 60


def test_an_event_refused_by_a_later_limit_is_returned_to_the_earlier_ones(rate_limits: None) -> None:
    widest = Limit("address", 1, 60)
    spend_all((LIMIT, "ola"), (widest, "203.0.113.7"))
    for _ in range(5):
        with pytest.raises(Throttled):
            spend_all((LIMIT, "ola"), (widest, "203.0.113.7"))
    [second, third, fourth] = spend_times(3)
    assert (second, third) == (0, 0)
    assert fourth > 0


def test_an_event_refused_by_an_earlier_limit_is_not_counted_by_the_later_ones(rate_limits: None) -> None:
    spend_times(3)
    with pytest.raises(Throttled):
        spend_all((LIMIT, "ola"), (Limit("address", 1, 60), "203.0.113.7"))
    assert spend_times(1, "203.0.113.7", Limit("address", 1, 60)) == [0]


def test_concurrent_events_are_all_counted(rate_limits: None) -> None:
    waits = at_once(*[lambda: spend_times(1, limit=Limit("crowd", 10, 60))[0]] * 30)
    assert waits.count(0) == 10


def test_without_redis_nothing_is_limited(rate_limits: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # As after a failure, when Redis is not called for a while.
    monkeypatch.setattr(redis._Breaker, "resting_until", float("inf"))
    assert spend_times(10) == [0] * 10
    give_back(LIMIT, "ola")


def test_switched_off_nothing_is_counted(platform: None) -> None:
    assert spend_times(10) == [0] * 10
    give_back(LIMIT, "ola")
    assert client().keys() == []


@pytest.mark.parametrize("subject", ["", "x" * 10**6, "ola@example.com", "a/b c\n", "ż"])
def test_keys_in_redis_do_not_contain_the_subject(rate_limits: None, subject: str) -> None:
    assert spend_times(4, subject)[:3] == [0, 0, 0]
    [key] = client().keys()
    assert len(key) < 80
    assert not subject or subject.encode() not in key
