"""The scheduled function that reminds people of their sessions."""

from typing import Any

from functions.reminders.service import remind_next
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger
from shared.kit.psycopg import errors


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Send every reminder whose time has come."""
    sent = 0
    try:
        while (reminded := remind_next()).due:
            sent += reminded.sent
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.ForeignKeyViolation) as error:
        # Another reminder or dispatch run is active, or an account is being deleted: the next run takes the rest.
        logger().info("reminding yielded", extra={"reason": str(error)})
    return {"sent": sent}
