"""A per-process cache of each connection's user and protocol."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from functions.chat.data import connections
from functions.chat.data.connections import Sender
from functions.chat.domain.messages import EVENTS, LEGACY, USER, StoredMessage
from shared.domain.limits import MESSAGES, MESSAGES_BEYOND
from shared.kit.aws.websocket import pusher
from shared.kit.errors import Throttled
from shared.kit.security.rate_limits import Limit, spend_each


class Senders:
    """A cache of who is behind recent connections, so that a message needs no statement to find out."""

    def __init__(self, most: int) -> None:
        self.known: OrderedDict[str, Sender] = OrderedDict()
        self.most = most

    def remember(self, connection_id: str, sender: Sender) -> None:
        self.known[connection_id] = sender
        if len(self.known) > self.most:
            self.known.popitem(last=False)

    def learn(self, messages: Iterable[StoredMessage]) -> None:
        """Remember senders from their stored messages; another process may have accepted the connection."""
        for message in messages:
            if message.connection_id not in self.known:
                protocol = _protocol(message)
                conversation_id = None if protocol == USER else message.conversation_id
                self.remember(message.connection_id, Sender(message.user_id, protocol, conversation_id))

    def find(self, connection_id: str) -> Sender | None:
        """The sender, from memory or the database; for frames that store nothing, from which `learn` cannot learn."""
        if connection_id not in self.known and (found := connections.find_sender(connection_id)):
            self.remember(connection_id, found)
        return self.known.get(connection_id)

    def find_open(self, connection_id: str) -> Sender | None:
        """The sender, if the socket's session has not ended according to the database; for frames with effects."""
        self.known.pop(connection_id, None)
        return self.find(connection_id)

    def spend(self, connection_id: str) -> None:
        """Count a user's message, valid or not; disconnect a user who keeps exceeding the limit. Raises Throttled."""
        if self.spend_each([connection_id]) == [False]:
            raise Throttled(MESSAGES.seconds)

    def spend_each(self, connection_ids: Sequence[str]) -> list[bool]:
        """Like `spend`, for a batch of messages: whether the limit allows each of them."""
        known = [(place, self.known[each].user_id) for place, each in enumerate(connection_ids) if each in self.known]
        beyond = _refused(MESSAGES, known)
        if gone := [connection_ids[place] for place, _ in _refused(MESSAGES_BEYOND, beyond)]:
            pusher().close(gone)
        refused = {place for place, _ in beyond}
        return [place not in refused for place in range(len(connection_ids))]

    def speaks_events(self, connection_id: str) -> bool:
        """Whether the client understands events."""
        found = self.find(connection_id)
        return found is not None and found.protocol in {EVENTS, USER}


def _refused(limit: Limit, messages: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The messages, given as place and user, that exceed a limit."""
    allowed = spend_each(limit, [user_id for _, user_id in messages])
    return [each for each, is_allowed in zip(messages, allowed, strict=True) if not is_allowed]


def _protocol(message: StoredMessage) -> int:
    """The protocol version of the sender's client; the oldest if its socket has closed meanwhile."""
    return next((each for each in (EVENTS, USER) if f"{each}{message.connection_id}" in message.listeners), LEGACY)


senders = Senders(10_000)
