"""Triggering functions: within the process, or by messages of an SQS queue.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

from collections.abc import Callable, Sequence

from shared.kit.json import json_text
from shared.kit.observability.log import logger

# The most entries in one call of SendMessageBatch.
BATCH = 10


class Trigger:
    """How a function is triggered: by what this process has `installed`, else by the queue of that address, if any.

    Best effort: a schedule finds what a lost trigger leaves.
    """

    def __init__(self, queue: Callable[[], str]) -> None:
        self.installed: Callable[[], None] | None = None
        self._queue = queue

    def __call__(self, bodies: Sequence[dict[str, int]]) -> None:
        """Send one message for each body."""
        if self.installed:
            self.installed()
        elif queue := self._queue():
            _send(queue, bodies)


def _send(queue: str, bodies: Sequence[dict[str, int]]) -> None:
    from shared.kit.aws.signed_calls import SQS, CallFailed, call

    entries = [{"Id": str(number), "MessageBody": json_text(body)} for number, body in enumerate(bodies)]
    try:
        for start in range(0, len(entries), BATCH):
            answer = call(SQS, "SendMessageBatch", {"QueueUrl": queue, "Entries": entries[start : start + BATCH]})
            if failed := answer.get("Failed"):
                logger().warning("nobody woken", extra={"refused": len(failed), "error": failed[0].get("Code")})
    except CallFailed as failure:
        logger().warning("nobody woken", extra={"error": str(failure)})
