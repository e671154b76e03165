"""Waking whoever tells people what happened to their bookings (functions.notifications.tell)."""

from shared.kit.settings import settings
from shared.kit.wakeups import Wakeup

teller = Wakeup(lambda: settings().tell_queue_url)


def wake_teller() -> None:
    """After the commit of a booking's change."""
    teller([{}])
