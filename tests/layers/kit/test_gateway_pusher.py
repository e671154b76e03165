"""Pushes to connections that are gone, throttled, slow or hung do not delay those to others."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.credentials import ReadOnlyCredentials
from urllib3 import Timeout

from shared.kit.aws import gateway_pusher
from shared.kit.aws.gateway_pusher import GatewayPusher
from tools.cloud.management_api import ManagementApi

CREDENTIALS = ReadOnlyCredentials("testing", "testing", "testing")
REGION = "eu-central-1"
WELL = [f"well-{number}" for number in range(10)]
# Seconds by which faulty connections may delay pushes to the others.
ALLOWED = 0.05
ROUNDS = [5, pytest.param(200, marks=pytest.mark.proof)]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ManagementApi]:
    for name, value in (("ACCESS_KEY_ID", "testing"), ("SECRET_ACCESS_KEY", "testing"), ("SESSION_TOKEN", "testing")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_REGION", REGION)
    with ManagementApi(CREDENTIALS, REGION) as management:
        yield management


@pytest.fixture
def pusher(api: ManagementApi) -> GatewayPusher:
    return GatewayPusher(api.endpoint)


def test_a_throttled_post_is_retried(api: ManagementApi, pusher: GatewayPusher) -> None:
    api.throttled = {"once": 1, "always": 9}
    assert pusher.post(["once", "always", "well-0"], b"x") == []
    assert (api.posted("once"), api.posted("always"), api.posted("well-0")) == ([b"x"], [], [b"x"])


def test_gone_connections_are_returned_whatever_they_were_sent(api: ManagementApi, pusher: GatewayPusher) -> None:
    api.gone = {"gone-1", "gone-2"}
    assert pusher.post_all([(["gone-1", "well-0"], b"a"), (["well-1", "gone-2"], b"b")]) == ["gone-1", "gone-2"]
    assert (api.posted("well-0"), api.posted("well-1")) == ([b"a"], [b"b"])
    assert pusher.post(["gone-1"], b"alone") == ["gone-1"]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_faulty_connections_do_not_delay_the_others(
    api: ManagementApi, pusher: GatewayPusher, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    monkeypatch.setattr(gateway_pusher, "TIMEOUT", Timeout(connect=1.0, total=0.4))
    pusher = GatewayPusher(api.endpoint)
    pusher.post(WELL, b"warm")
    alone = [seconds_until_all_have_it(api, pusher, []) for _ in range(rounds)]
    api.gone, api.hung, api.slow = {"gone"}, {"hung"}, {"slow": 0.3}
    api.throttled = {"throttled": 10**6}
    faulty = ["gone", "hung", "slow", "throttled"]
    beside_faulty = [seconds_until_all_have_it(api, pusher, faulty) for _ in range(rounds)]
    # The median, because the machine runs other things too.
    assert sorted(beside_faulty)[rounds // 2] - sorted(alone)[rounds // 2] < ALLOWED
    assert len(api.posted("slow")) == rounds


def seconds_until_all_have_it(api: ManagementApi, pusher: GatewayPusher, faulty: list[str]) -> float:
    """Return the seconds until all healthy connections have one more message; faulty ones come first."""
    before = {each: len(api.posted(each)) for each in WELL}
    with ThreadPoolExecutor(1) as function:
        started = time.monotonic()
        # The faulty connections have another protocol, so they are sent something else.
        answer = function.submit(pusher.post_all, [(faulty, b"legacy"), (WELL, b"facts")])
        while any(len(api.posted(each)) == before[each] for each in WELL):
            time.sleep(0.001)
        seconds = time.monotonic() - started
        assert answer.result() == [each for each in faulty if each == "gone"]
    return seconds


def test_many_hung_posts_are_given_up_by_the_deadline(api: ManagementApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_pusher, "TIMEOUT", Timeout(connect=10.0, total=10.0))
    monkeypatch.setattr(gateway_pusher, "DEADLINE", 0.3)
    hung = [f"hung-{number}" for number in range(100)]
    api.hung = set(hung)
    started = time.monotonic()
    assert GatewayPusher(api.endpoint).post(hung, b"x") == []
    assert time.monotonic() - started < 5
