"""The topics people can choose to be notified about, and the channels; mails about accounts are always sent."""

from collections.abc import Iterable
from typing import Literal, get_args

Topic = Literal["chat", "bookings", "reviews", "reminders"]
Channel = Literal["mail", "push"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
CHANNELS: tuple[Channel, ...] = get_args(Channel)


def silenced_name(topic: Topic, channel: Channel) -> str:
    """The form stored in `users.silenced`."""
    return f"{topic}.{channel}"


def preferences(silenced: Iterable[str]) -> dict[Topic, dict[Channel, bool]]:
    """For each topic, which channels are on: all that are not silenced."""
    off = set(silenced)
    return {topic: {channel: silenced_name(topic, channel) not in off for channel in CHANNELS} for topic in TOPICS}
