"""Triggering the function that sends push messages to browsers (functions.push)."""

from shared.kit.aws.triggers import Trigger
from shared.kit.settings import settings

push_trigger = Trigger(lambda: settings().push_queue_url)


def trigger_push() -> None:
    """Call it after committing push messages to the outbox."""
    push_trigger([{}])
