"""Writing to open WebSockets: one `Pusher`, on AWS the API Gateway management API, locally the gateway emulator."""

from functools import cache

from shared.kit.aws.pusher import Pusher
from shared.kit.settings import settings


class _Installed:
    pusher: Pusher | None = None


def install_pusher(pusher: Pusher) -> None:
    """Set the pusher of this process; the local gateway installs its own."""
    _Installed.pusher = pusher


def pusher() -> Pusher:
    return _Installed.pusher or _gateway_pusher()


@cache
def _gateway_pusher() -> Pusher:
    from shared.kit.aws.gateway_pusher import GatewayPusher

    return GatewayPusher(settings().websocket_endpoint)
