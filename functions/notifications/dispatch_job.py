"""The function that tells people of changes of their bookings: woken by each, and by a schedule for the rest."""

from typing import Any

from psycopg import errors

from functions.notifications.dispatcher import dispatch_next
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Tell all that waits to be told."""
    told = 0
    try:
        while number := dispatch_next():
            told += number
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.ForeignKeyViolation) as error:
        # Somebody else is telling, or deleting an account: what is left waits for the next run.
        logger().info("telling gave way", extra={"reason": str(error)})
    return {"told": told}
