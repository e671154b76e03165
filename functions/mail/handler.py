"""The mail function: triggered by the queue when a mail is queued, and by a schedule for mails with a lost trigger."""

from typing import Any

from functions.mail import queue_messages, repository, service
from shared.kit.aws.lambda_handler import lambda_handler


@lambda_handler
def handler(event: Any, _context: object) -> dict[str, Any]:
    """Send the mails named by an SQS queue's messages; for any other event, send all due mails and delete old ones.

    The response to a queue lists the messages to redeliver.
    Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (partial batch responses)
    """
    if records := event.get("Records"):
        failed = queue_messages.send_named(records)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
    sent = service.deliver().sent
    repository.delete_old()
    return {"sent": sent}
