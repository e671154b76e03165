"""Redis as its users in the code see it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from shared.kit import redis
from tests.support.paused_transactions import wait_until

KEY = "received"


@pytest.fixture(autouse=True)
def no_sender(platform: None) -> Iterator[None]:
    redis.client().delete(KEY)
    yield
    redis.client().delete(KEY)


def received() -> int:
    return int(redis.client().llen(KEY))


def test_short_lived_threads_do_not_use_up_connections() -> None:
    threads = redis.client().connection_pool.max_connections + 20
    for _ in range(threads):
        thread = Thread(target=redis.send_no_reply, args=(("RPUSH", KEY, "x"),))
        thread.start()
        thread.join()
    wait_until(lambda: received() == threads)
    assert redis.attempt(lambda client: client.ping(), otherwise=False)


def test_the_connection_of_an_ended_thread_is_closed() -> None:
    with ThreadPoolExecutor(20) as threads:
        before = len(redis.client().client_list())
        list(threads.map(redis.send_no_reply, [("RPUSH", KEY, "x")] * 20))
    wait_until(lambda: received() == 20)
    wait_until(lambda: len(redis.client().client_list()) <= before)
    assert received() == 20


def test_a_thread_sends_everything_over_one_connection() -> None:
    redis.send_no_reply(("RPUSH", KEY, "a"), ("RPUSH", KEY, "b"))
    connections = len(redis.client().client_list())
    redis.send_no_reply(("RPUSH", KEY, "c"))
    wait_until(lambda: received() == 3)
    assert len(redis.client().client_list()) == connections
    assert redis.client().lrange(KEY, 0, -1) == [b"a", b"b", b"c"]


def test_replies_that_are_not_awaited_are_read_eventually() -> None:
    """Otherwise Redis would keep them in memory. Some commands are refused; the following ones are still sent."""
    count = 4 * redis.MOST_UNREAD
    for _ in range(count):
        redis.send_no_reply(("RPUSH", KEY, "x"), ("XADD", KEY, "1-0", "f", "no stream"))
        assert redis._sender.unread <= redis.MOST_UNREAD + 1
    wait_until(lambda: received() == count)


@pytest.mark.parametrize("unread", [1, redis.MOST_UNREAD])
def test_sending_works_again_after_a_restart(unread: int) -> None:
    redis.send_no_reply(("RPUSH", KEY, "a"))
    redis._sender.unread = unread
    redis.client().client_kill_filter(skipme=True, _type="normal")

    def sent_and_received() -> bool:
        redis.send_no_reply(("RPUSH", KEY, "b"))
        return received() > 1

    # The first command may be lost with the connection.
    wait_until(sent_and_received)


def test_a_redis_that_stopped_answering_costs_one_timeout() -> None:
    redis.send_no_reply(("RPUSH", KEY, "a"))
    redis._sender.unread = redis.MOST_UNREAD
    try:
        redis.send_no_reply(("RPUSH", KEY, "b"))
        assert redis.attempt(lambda client: client.ping(), otherwise=False) is False
    finally:
        redis._Breaker.resting_until = 0.0
    redis.send_no_reply(("RPUSH", KEY, "c"))
    wait_until(lambda: redis.client().lrange(KEY, 0, -1) == [b"a", b"c"])
