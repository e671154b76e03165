"""The migrations function, run by a deploy before the new code takes traffic."""

from collections.abc import Mapping
from typing import Any

from functions.migrations import custom_resource, service
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability.log import logger

SCHEDULER = "aws.scheduler"


@lambda_handler
def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Upgrade the database to this release's newest revision; each migration is one transaction.

    CloudFormation, which calls it for a custom resource, gets the outcome through `custom_resource.respond`; other
    callers get it as the return value. Scheduled calls change nothing: they only keep the function active, because
    Lambda deactivates functions not called for weeks. Raises database errors and custom_resource.ResponseNotTaken.
    """
    if event.get("source") == SCHEDULER:
        return {"upgraded": False}
    if "ResponseURL" in event:
        return _for_cloudformation(event)
    return {"upgraded": service.deploy()}


def _for_cloudformation(request: Mapping[str, Any]) -> dict[str, Any]:
    """Deploy and report the outcome. Raises only ResponseNotTaken: Lambda would retry a function that fails."""
    try:
        # When the stack is deleted, the database keeps its contents.
        upgraded = request["RequestType"] != "Delete" and service.deploy()
    except Exception as error:  # noqa: BLE001 - the boundary: whatever went wrong, CloudFormation waits for a response
        logger().exception("migrations failed")
        custom_resource.respond(request, "FAILED", f"{type(error).__name__}: {error}")
        return {"upgraded": False}
    custom_resource.respond(request, "SUCCESS")
    return {"upgraded": upgraded}
