"""The response that CloudFormation expects from a custom resource: one PUT to the URL named in its request.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

import urllib3

TIMEOUT = 10.0
TRIES = 5
# A response may have 4,096 bytes, and JSON may escape a character with six.
MAX_REASON = 500
# There is one database: the resource always stays the same, and nothing is deleted when its properties change.
RESOURCE_ID = "database"


class ResponseNotTaken(Exception):
    """The response was not accepted; CloudFormation waits until the resource's ServiceTimeout."""


def respond(request: Mapping[str, Any], status: Literal["SUCCESS", "FAILED"], reason: str = "") -> None:
    """Report to CloudFormation how a request ended. Raises ResponseNotTaken."""
    response = {
        "Status": status,
        "Reason": reason[:MAX_REASON],
        "PhysicalResourceId": request.get("PhysicalResourceId", RESOURCE_ID),
        **{name: request[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        answer = urllib3.PoolManager().request(
            "PUT",
            request["ResponseURL"],
            body=json.dumps(response).encode(),
            # The URL is signed for a request without a content type.
            headers={"content-type": ""},
            timeout=TIMEOUT,
            retries=urllib3.Retry(TRIES, backoff_factor=0.5, status_forcelist=(500, 503), allowed_methods=None),
        )
    except urllib3.exceptions.HTTPError as error:
        raise ResponseNotTaken(str(error)) from None
    if answer.status != 200:
        raise ResponseNotTaken(f"answered {answer.status}: {answer.data[:200]!r}")
