"""Pushes to connections that are gone, throttled, slow or hung do not delay those to others."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from botocore.credentials import ReadOnlyCredentials
from urllib3 import Timeout

from shared.kit.aws import gateway_pusher
from shared.kit.aws.gateway_pusher import GatewayPusher
from tests.support.paused_transactions import wait_until
from tools.cloud.management_api import ManagementApi

CREDENTIALS = ReadOnlyCredentials("testing", "testing", "testing")
REGION = "eu-central-1"
WELL = [f"well-{number}" for number in range(10)]
FAULTY = ["gone", "hung", "slow", "throttled"]
PATIENCE = 20.0
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


@contextmanager
def waiting(api: ManagementApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The hung and the slow connection answer at the end of the block."""
    may_answer, deliver = threading.Event(), api.deliver

    def deliver_late(connection_id: str, body: bytes) -> int:
        if connection_id in {"hung", "slow"}:
            assert may_answer.wait(PATIENCE)
        return deliver(connection_id, body)

    with monkeypatch.context() as patch:
        patch.setattr(api, "deliver", deliver_late)
        try:
            yield
        finally:
            may_answer.set()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_faulty_connections_do_not_delay_the_others(
    api: ManagementApi, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """They come first, and answer only once all others have theirs."""
    monkeypatch.setattr(gateway_pusher, "TIMEOUT", Timeout(connect=PATIENCE, total=PATIENCE))
    pusher = GatewayPusher(api.endpoint)
    api.gone, api.throttled = {"gone"}, {"throttled": 10**6}
    for number in range(1, rounds + 1):
        with ThreadPoolExecutor(1) as function, waiting(api, monkeypatch):
            # The faulty connections have another protocol, so they are sent something else.
            answer = function.submit(pusher.post_all, [(FAULTY, b"legacy"), (WELL, b"facts")])
            wait_until(lambda number=number: all(len(api.posted(each)) == number for each in WELL))  # type: ignore[misc]
            assert len(api.posted("slow")) == number - 1
        assert answer.result() == ["gone"]
        assert len(api.posted("slow")) == number


def test_a_post_that_hangs_is_given_up(api: ManagementApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_pusher, "TIMEOUT", Timeout(connect=PATIENCE, total=0.4))
    monkeypatch.setattr(gateway_pusher, "DEADLINE", 2 * PATIENCE)
    api.hung = {"hung"}
    started = time.monotonic()
    assert GatewayPusher(api.endpoint).post(["hung", "well-0"], b"x") == []
    assert time.monotonic() - started < PATIENCE
    assert api.posted("well-0") == [b"x"]


def test_many_hung_posts_are_given_up_by_the_deadline(api: ManagementApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_pusher, "TIMEOUT", Timeout(connect=10.0, total=10.0))
    monkeypatch.setattr(gateway_pusher, "DEADLINE", 0.3)
    hung = [f"hung-{number}" for number in range(100)]
    api.hung = set(hung)
    started = time.monotonic()
    assert GatewayPusher(api.endpoint).post(hung, b"x") == []
    assert time.monotonic() - started < 8
