"""Triggering the dispatcher, which notifies people of what happened to their bookings (functions.notifications)."""

from shared.kit.aws.triggers import Trigger
from shared.kit.settings import settings

dispatch_trigger = Trigger(lambda: settings().dispatch_queue_url)


def trigger_dispatch() -> None:
    """Call it after committing a booking change."""
    dispatch_trigger([{}])
