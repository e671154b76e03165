"""Who is behind a connection and which protocol its client speaks, as far as this process has seen."""

from collections import OrderedDict
from collections.abc import Iterable

from functions.chat.data import connections
from functions.chat.domain.messages import EVENTS, LEGACY, StoredMessage
from shared.domain.limits import MESSAGES, MESSAGES_BEYOND
from shared.kit.aws.websocket import pusher
from shared.kit.errors import Throttled
from shared.kit.security.rate_limits import spend


class Senders:
    """The user id and protocol of the connections seen last, so that a message needs no statement to find them."""

    def __init__(self, most: int) -> None:
        self.known: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self.most = most

    def remember(self, connection_id: str, user_id: str, protocol: int) -> None:
        self.known[connection_id] = user_id, protocol
        if len(self.known) > self.most:
            self.known.popitem(last=False)

    def learn(self, messages: Iterable[StoredMessage]) -> None:
        """A connection that another process let in is known from its first message on."""
        for message in messages:
            if message.connection_id not in self.known:
                protocol = EVENTS if f"{EVENTS}{message.connection_id}" in message.listeners else LEGACY
                self.remember(message.connection_id, message.user_id, protocol)

    def find(self, connection_id: str) -> tuple[str, int] | None:
        """As known, else from the database: for frames that store nothing, from which nobody is learned."""
        if connection_id not in self.known and (found := connections.find_sender(connection_id)):
            self.remember(connection_id, found.user_id, found.protocol)
        return self.known.get(connection_id)

    def spend(self, connection_id: str) -> None:
        """Count a message of the user's, good or bad; one who does not stop is disconnected. Raises Throttled."""
        if known := self.known.get(connection_id):
            try:
                spend(MESSAGES, known[0])
            except Throttled:
                self._count_beyond(connection_id, known[0])
                raise

    def _count_beyond(self, connection_id: str, user_id: str) -> None:
        try:
            spend(MESSAGES_BEYOND, user_id)
        except Throttled:
            pusher().close([connection_id])

    def speaks_events(self, connection_id: str) -> bool:
        """Whether the client speaks the second protocol."""
        found = self.find(connection_id)
        return found is not None and found[1] == EVENTS


senders = Senders(10_000)
