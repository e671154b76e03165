"""The rotation function of the token signing key. Secrets Manager calls it four times, once per step.

A schedule calls it every day: a function that is not called for weeks becomes inactive, and its next call fails.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

from collections.abc import Mapping
from typing import Any

from functions.secrets import service
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.settings import settings


@lambda_handler
def handler(event: Mapping[str, Any], _context: object) -> None:
    """Do one step; repeating it changes nothing. Raises service.NotRotating or WeakSecret.

    Scheduled calls check that the last rotation was done. Raises service.RotationOverdue.
    """
    if "Step" not in event:
        service.check_rotation(settings().jwt_secret_arn)
        return
    secret_id, version = event["SecretId"], event["ClientRequestToken"]
    if service.is_due(secret_id, version):
        STEPS[event["Step"]](secret_id, version)


def _set_elsewhere(_secret_id: str, _version: str) -> None:
    """Nothing to do: no other system uses the key."""


STEPS = {
    "createSecret": service.create,
    "setSecret": _set_elsewhere,
    "testSecret": service.try_out,
    "finishSecret": service.finish,
}
