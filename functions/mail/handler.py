"""The mail function: woken when a mail was queued, and by a schedule for those it was not woken for."""

from typing import Any

from functions.mail import repository, service


def handler(_event: object, _context: object) -> dict[str, Any]:
    """Send what is due; forget what is old. The queue is told that its messages, mere wake-ups, are done with."""
    sent = service.deliver()
    repository.delete_old()
    return {"sent": sent, "batchItemFailures": []}
