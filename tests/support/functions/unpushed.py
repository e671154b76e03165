"""The chat function without pushes to sockets: only the work of storing a message."""

from collections.abc import Iterable

from functions.chat import sockets
from shared.kit.aws.pusher import Post
from shared.kit.aws.websocket import install_pusher


class Silent:
    """Sends to no socket."""

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        del connection_ids, data
        return []

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        del posts
        return []

    def close(self, connection_ids: Iterable[str], *, reason: str = "") -> None:
        del connection_ids, reason


install_pusher(Silent())
handler = sockets.handler
