"""Writing to open WebSockets: one `Pusher`, on AWS the API Gateway management API, locally the gateway emulator."""

from collections.abc import Iterable
from functools import cache
from typing import Protocol

from shared.kit.settings import settings

# Ids of connections, and the text message for each of them.
Post = tuple[Iterable[str], bytes]


class Pusher(Protocol):
    """Reaches connections by the id the gateway gave them."""

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        """Send one text message to each. Returns the ids of those that are gone (410)."""

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        """As `post`, for several messages: none waits for a connection that takes another."""

    def close(self, connection_ids: Iterable[str]) -> None:
        """Disconnect each; one that is gone already is no error."""


class _Installed:
    pusher: Pusher | None = None


def install_pusher(pusher: Pusher) -> None:
    """Use this pusher in this process; the local gateway installs its own."""
    _Installed.pusher = pusher


def pusher() -> Pusher:
    return _Installed.pusher or _gateway_pusher()


@cache
def _gateway_pusher() -> Pusher:
    from shared.kit.aws.gateway_pusher import GatewayPusher

    return GatewayPusher(settings().websocket_endpoint)
