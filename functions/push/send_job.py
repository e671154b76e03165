"""The function that sends push messages: triggered when some are queued, and by a schedule for lost triggers."""

from typing import Any

from shared.kit.aws.lambda_handler import lambda_handler


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Send all messages that are due."""
    from functions.push.sending import send_due

    return {"sent": send_due()}
