"""The function that tells people what happened: triggered by each change, and by a schedule for lost triggers."""

from typing import Any

from functions.notifications.actions.dispatch import dispatch_next
from functions.notifications.actions.dispatch_ended_waits import dispatch_next_ended_waits
from functions.notifications.actions.dispatch_events import dispatch_next_events
from functions.notifications.data import notifications
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger
from shared.kit.psycopg import errors

# How many changes, ended waits or events are dispatched in one transaction.
BATCH = 100


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Dispatch all changes, ended waits and events, and delete old notifications.

    Whatever arrives during a run has triggered another run.
    """
    dispatched = 0
    try:
        for dispatch in (dispatch_next, dispatch_next_ended_waits, dispatch_next_events):
            number = BATCH
            while number == BATCH:
                number = dispatch(BATCH)
                dispatched += number
    except (errors.LockNotAvailable, errors.DeadlockDetected, errors.ForeignKeyViolation) as error:
        # Another dispatcher is running, or an account is being deleted: the next run takes what is left.
        logger().info("dispatch yielded", extra={"reason": str(error)})
    notifications.delete_old()
    return {"dispatched": dispatched}
