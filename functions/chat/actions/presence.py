"""Telling conversation partners who is typing and who is online. Losing the stored data does no harm."""

from datetime import datetime
from uuid import UUID

from functions.chat.actions.deliver import deliver_to_sockets
from functions.chat.actions.socket_actions import Actor, Fields
from functions.chat.data import presence, seen
from functions.chat.domain.errors import NoConversation, SenderBlocked
from functions.chat.domain.events import PresenceChangedEvent, TypingEvent
from shared.domain.timestamps import format_time
from shared.kit.security.rate_limits import Limit, is_within

# A client may send it with every keystroke; the other user is told only this often. Clients show it for six seconds.
TYPING = Limit("typing", 1, 3)


def tell_typing(actor: Actor, _fields: Fields) -> None:
    """Tell a conversation's other sockets that a user is typing. Raises NoConversation or SenderBlocked."""
    if not is_within(TYPING, f"{actor.conversation_id} {actor.user_id}"):
        return
    hearers = presence.find_hearers(actor.conversation_id, actor.user_id)
    if hearers is None:
        raise NoConversation
    if hearers.is_blocked:
        raise SenderBlocked
    event: TypingEvent = {"conversation": str(actor.conversation_id), "user": str(actor.user_id)}
    deliver_to_sockets((each for each in hearers.sockets if each != actor.connection_id), "typing", event)


def tell_online(user_id: UUID) -> None:
    """Tell a user's conversation partners that the user's first socket was opened."""
    _tell(user_id, open_sockets=1)


def tell_offline(user_id: UUID) -> None:
    """Record when a user was last seen; if their last socket has closed, tell their conversation partners."""
    _tell(user_id, open_sockets=0, last_seen_at=seen.note(user_id))


def _tell(user_id: UUID, *, open_sockets: int, last_seen_at: datetime | None = None) -> None:
    sockets = presence.list_watchers(user_id, open_sockets)
    deliver_to_sockets(sockets, "presence_changed", _event(user_id, online=open_sockets > 0, seen_at=last_seen_at))


def _event(user_id: UUID, *, online: bool, seen_at: datetime | None = None) -> PresenceChangedEvent:
    return {"user": str(user_id), "online": online, "last_seen_at": None if seen_at is None else format_time(seen_at)}


def list_presence(user_id: UUID) -> list[PresenceChangedEvent]:
    """The presence of a user's conversation partners, as far as they show it."""
    people = presence.list_people(user_id)
    away = seen.find([each.user_id for each in people if not each.is_online])
    return [_event(each.user_id, online=each.is_online, seen_at=away.get(each.user_id)) for each in people]


def show_presence(user_id: UUID, *, shown: bool) -> None:
    """Show or hide the user's presence, and tell their conversation partners at once."""
    sockets = presence.set_shown(user_id, shown=shown)
    deliver_to_sockets(sockets, "presence_changed", _event(user_id, online=shown and presence.is_online(user_id)))
