"""The scheduled function that mails people about messages they have not read."""

from typing import Any

from functions.chat.actions.queue_unread_mails import plan_next, queue_next
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger
from shared.kit.psycopg import errors


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Plan mails about new messages, and queue those that are due."""
    queued = 0
    try:
        while plan_next():
            pass
        while (looked_at := queue_next())[0]:
            queued += looked_at[1]
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.ForeignKeyViolation) as error:
        # Another run is active, or an account is being deleted: the next run takes the rest.
        logger().info("mailing about messages yielded", extra={"reason": str(error)})
    return {"queued": queued}
