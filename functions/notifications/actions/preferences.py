"""What people want to be notified about, and by which channel."""

from collections.abc import Mapping
from uuid import UUID

from functions.notifications.data import preferences as data
from functions.notifications.data.preferences import Preferring
from functions.notifications.domain.errors import UnsubscribeLinkVoid
from shared.domain.auth import AccountGone
from shared.domain.topics import Channel, Topic, preferences, silenced_name
from shared.domain.unsubscribing import VoidLink, read_token
from shared.texts import Language

Preferences = dict[Topic, dict[Channel, bool]]


def get_preferences(user_id: UUID) -> Preferences:
    """Raises AccountGone."""
    return preferences(_existing(data.find(user_id)).silenced)


def change_preferences(user_id: UUID, changes: Mapping[Topic, Mapping[Channel, bool]]) -> Preferences:
    """Set the given preferences; returns all of them. Raises AccountGone."""
    wanted = {
        silenced_name(topic, channel): wants
        for topic, channels in changes.items()
        for channel, wants in channels.items()
    }
    on, off = ([name for name, wants in wanted.items() if wants is which] for which in (True, False))
    return preferences(_existing(data.change(user_id, on=on, off=off)).silenced)


def _existing(found: Preferring | None) -> Preferring:
    if found is None:
        raise AccountGone
    return found


def find_subscription(token: str) -> tuple[Topic, Language]:
    """The topic that an unsubscribe link ends, and the reader's language. Raises UnsubscribeLinkVoid."""
    user_id, topic = _read(token)
    found = data.find(user_id)
    if found is None:
        raise UnsubscribeLinkVoid
    return topic, found.language


def unsubscribe(token: str) -> tuple[Topic, Language]:
    """Stop mails about a topic; idempotent. Raises UnsubscribeLinkVoid."""
    user_id, topic = _read(token)
    found = data.change(user_id, on=[], off=[silenced_name(topic, "mail")])
    if found is None:
        raise UnsubscribeLinkVoid
    return topic, found.language


def _read(token: str) -> tuple[UUID, Topic]:
    try:
        return read_token(token)
    except VoidLink:
        raise UnsubscribeLinkVoid from None
