"""The interface for writing to open WebSockets."""

from collections.abc import Iterable
from typing import Protocol

# Connection ids, and the text message for them.
Post = tuple[Iterable[str], bytes]


class Pusher(Protocol):
    """Writes to connections by the ids that the gateway gave them."""

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        """Send one text message to each. Returns the ids of those that are gone (410)."""

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        """As `post`, for several messages: none waits for a connection that takes another."""

    def close(self, connection_ids: Iterable[str], *, reason: str = "") -> None:
        """Disconnect each; one that is already gone is not an error.

        With a reason the close code is 1000 where the gateway lets us choose: API Gateway does not.
        """
