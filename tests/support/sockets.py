"""A gateway that only records which WebSockets it was told to close."""

from collections.abc import Iterable

import pytest

from shared.kit.aws import websocket
from shared.kit.aws.pusher import Post


class Gateway:
    def __init__(self) -> None:
        self.closed: list[str] = []

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        raise AssertionError(f"{data!r} to {connection_ids}")

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        raise AssertionError(list(posts))

    def close(self, connection_ids: Iterable[str]) -> None:
        self.closed += connection_ids


def closed_sockets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of sockets closed from now on."""
    gateway = Gateway()
    monkeypatch.setattr(websocket._Installed, "pusher", gateway)
    return gateway.closed
