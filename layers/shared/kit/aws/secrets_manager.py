"""Secrets that AWS Secrets Manager keeps and rotates.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html (versions and their stages)
"""

from dataclasses import dataclass

from shared.kit.aws.signed_calls import SECRETS_MANAGER, CallFailed, call
from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger

# The version in use, the previous one, and one that a rotation is about to bring into use.
CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
TRIES = 3


@dataclass(frozen=True)
class Secret:
    """One version of a secret; `created_at` is in seconds since 1970."""

    text: str
    created_at: float


def find_secret(arn: str, stage: str = CURRENT) -> Secret | None:
    """The version at this stage; None if there is none. Raises shared.kit.errors.Unavailable."""
    try:
        found = call(SECRETS_MANAGER, "GetSecretValue", {"SecretId": arn, "VersionStage": stage}, tries=TRIES)
    except CallFailed as failure:
        if failure.code == "ResourceNotFoundException":
            return None
        logger().error("secret not read", extra={"secret": arn, "stage": stage, "error": str(failure)})
        raise Unavailable from None
    return Secret(found["SecretString"], float(found["CreatedDate"]))


def get_secret(arn: str) -> Secret:
    """The version in use. Raises shared.kit.errors.Unavailable."""
    secret = find_secret(arn)
    if secret is None:
        logger().error("there is no such secret", extra={"secret": arn})
        raise Unavailable
    return secret
