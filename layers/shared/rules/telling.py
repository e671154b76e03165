"""Waking whoever tells people what happened to their bookings (functions.notifications.tell)."""

from collections.abc import Callable

from shared.kit.settings import settings
from shared.kit.wakeups import send_wakeups


class _Installed:
    wake: Callable[[], None] | None = None


def install_teller(wake: Callable[[], None]) -> None:
    """How this process wakes the teller, where there is no queue."""
    _Installed.wake = wake


def wake_teller() -> None:
    """After the commit of a booking's change. Best effort: what nobody was woken for is told with the next sweep."""
    if _Installed.wake:
        _Installed.wake()
    elif queue := settings().tell_queue_url:
        send_wakeups(queue, [{}])
