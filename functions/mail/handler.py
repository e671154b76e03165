"""The mail function: woken by the queue when a mail was written, and by a schedule for those it was not woken for."""

from typing import Any

from functions.mail import queue, repository, service
from shared.kit.aws.lambda_handler import lambda_handler


@lambda_handler
def handler(event: Any, _context: object) -> dict[str, Any]:
    """Send the mails that messages of an SQS queue name; for any other event all that are due, and forget what is old.

    The answer to a queue names the messages that shall come again.
    Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (partial batch responses)
    """
    if records := event.get("Records"):
        return {"batchItemFailures": [{"itemIdentifier": each} for each in queue.failed(records)]}
    sent = service.deliver().sent
    repository.delete_old()
    return {"sent": sent}
