"""Waking functions by messages of an SQS queue.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

from collections.abc import Sequence

from shared.kit.json_text import json_text
from shared.kit.log import logger

# Entries a call of SendMessageBatch takes.
BATCH = 10


def send_wakeups(queue: str, bodies: Sequence[dict[str, int]]) -> None:
    """Put a message for each of the bodies into the queue of that address.

    Best effort: what nobody was woken for is found by a schedule.
    """
    from shared.kit.aws_calls import SQS, CallFailed, call

    entries = [{"Id": str(number), "MessageBody": json_text(body)} for number, body in enumerate(bodies)]
    try:
        for start in range(0, len(entries), BATCH):
            answer = call(SQS, "SendMessageBatch", {"QueueUrl": queue, "Entries": entries[start : start + BATCH]})
            if failed := answer.get("Failed"):
                logger().warning("nobody woken", extra={"refused": len(failed), "error": failed[0].get("Code")})
    except CallFailed as failure:
        logger().warning("nobody woken", extra={"error": str(failure)})
