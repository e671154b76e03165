"""The scheduled function that reminds people of their sessions."""

from typing import Any

from psycopg import errors

from functions.reminders.service import remind_next
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Send every reminder whose time has come."""
    sent = 0
    try:
        while (done := remind_next())[0]:
            sent += done[1]
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.ForeignKeyViolation) as error:
        # Somebody else is reminding or telling, or deleting an account: what is left waits for the next run.
        logger().info("reminding gave way", extra={"reason": str(error)})
    return {"sent": sent}
