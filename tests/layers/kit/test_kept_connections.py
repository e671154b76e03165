"""Connections that a NAT gateway has dropped: the first push and the first mail after an idle period arrive."""

import time
from collections.abc import Iterator

import pytest
import urllib3

from shared.kit.aws import clients
from shared.kit.aws.gateway_pusher import GatewayPusher
from shared.kit.aws.kept_connections import TRUSTED_FOR, is_reset_of_reused, pool_manager
from tests.support.forgetful_server import ForgetfulServer

SECOND = urllib3.Timeout(total=1.0)


@pytest.fixture(autouse=True)
def role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")


@pytest.fixture
def server() -> Iterator[ForgetfulServer]:
    with ForgetfulServer() as server:
        yield server


def pass_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Simulate a freeze: the wall clock advances, the monotonic clock does not."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)


def test_a_reset_of_a_reused_connection_is_recognized(server: ForgetfulServer) -> None:
    pool = pool_manager(1, SECOND)
    assert pool.request("POST", server.url, body=b"x").status == 200
    with pytest.raises(urllib3.exceptions.ProtocolError) as failure:
        pool.request("POST", server.url, body=b"x")
    assert is_reset_of_reused(failure.value)
    assert (server.connections, server.resets) == (1, 1)


def test_a_reset_of_a_new_connection_is_not_mistaken_for_it() -> None:
    with ForgetfulServer(requests=0) as server, pytest.raises(urllib3.exceptions.ProtocolError) as failure:
        pool_manager(1, SECOND).request("POST", server.url, body=b"x")
    assert not is_reset_of_reused(failure.value)


def test_a_connection_is_kept_for_the_next_request_of_a_burst() -> None:
    with ForgetfulServer(requests=3) as server:
        pool = pool_manager(1, SECOND)
        assert [pool.request("POST", server.url, body=b"x").status for _ in range(3)] == [200] * 3
        assert server.connections == 1


def test_after_a_rest_a_new_connection_is_made(server: ForgetfulServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = pool_manager(1, SECOND)
    pool.request("POST", server.url, body=b"x")
    pass_time(monkeypatch, TRUSTED_FOR + 0.1)
    assert pool.request("POST", server.url, body=b"x").status == 200
    assert (server.connections, server.resets) == (2, 0)


def test_every_push_arrives_whatever_happened_to_the_connection(server: ForgetfulServer) -> None:
    pusher = GatewayPusher(server.url)
    for number in range(5):
        pusher.post(["one"], b"x")
        assert server.answered == number + 1
    assert server.resets > 0


def test_a_push_over_a_new_connection_is_not_repeated() -> None:
    """It may have arrived, and the shipped client would draw it twice."""
    with ForgetfulServer(requests=0) as server:
        GatewayPusher(server.url).post(["one"], b"x")
        assert server.connections == 1


def test_the_first_mail_after_an_idle_period_is_sent(server: ForgetfulServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.body = b'{"MessageId": "1"}'
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    clients.sesv2.cache_clear()
    try:
        for number in range(3):
            pass_time(monkeypatch, number * (TRUSTED_FOR + 0.1))
            sent = clients.sesv2().send_email(
                Destination={"ToAddresses": ["a@example.com"]}, Content={"Raw": {"Data": b"x"}}
            )
            assert sent["MessageId"] == "1"
    finally:
        clients.sesv2.cache_clear()
    assert (server.answered, server.resets) == (3, 0)
