"""The steps of a rotation. A version of the secret is pending until the last step makes it the current one."""

import secrets
from datetime import UTC, datetime, timedelta

from shared.kit.aws import clients
from shared.kit.aws.secrets_manager import CURRENT, PENDING
from shared.kit.observability.log import logger
from shared.kit.security.signing_keys import checked

KEY_BYTES = 48
# The template requests a rotation every 30 days; a failed one is retried automatically for a while.
MOST_DAYS = 33


class NotRotating(Exception):
    """The secret has no rotation, or the version is not the one it rotates to."""


class RotationOverdue(Exception):
    """The key is older than it should be."""


def check_rotation(secret_id: str) -> None:
    """Check that the key is recent enough. Raises RotationOverdue."""
    secret = clients.secretsmanager().describe_secret(SecretId=secret_id)
    made_at = secret.get("LastRotatedDate") or secret["CreatedDate"]
    if datetime.now(UTC) - made_at > timedelta(days=MOST_DAYS):
        raise RotationOverdue(f"{secret_id} is of {made_at:%Y-%m-%d}")


def is_due(secret_id: str, version: str) -> bool:
    """Whether the version has yet to become the current one. Raises NotRotating."""
    secret = clients.secretsmanager().describe_secret(SecretId=secret_id)
    stages = secret.get("VersionIdsToStages", {}).get(version)
    if not secret.get("RotationEnabled") or stages is None:
        raise NotRotating(f"{secret_id} does not rotate to {version}")
    if CURRENT in stages:
        return False
    if PENDING not in stages:
        raise NotRotating(f"{version} of {secret_id} is not pending")
    return True


def create(secret_id: str, version: str) -> None:
    """Create a key, unless an earlier attempt at this rotation did."""
    client = clients.secretsmanager()
    try:
        client.get_secret_value(SecretId=secret_id, VersionId=version, VersionStage=PENDING)
    except client.exceptions.ResourceNotFoundException:
        key = secrets.token_urlsafe(KEY_BYTES)
        client.put_secret_value(
            SecretId=secret_id, ClientRequestToken=version, SecretString=key, VersionStages=[PENDING]
        )


def try_out(secret_id: str, version: str) -> None:
    """Check the pending key. Raises shared.kit.security.signing_keys.WeakSecret if it could not sign."""
    found = clients.secretsmanager().get_secret_value(SecretId=secret_id, VersionId=version, VersionStage=PENDING)
    checked((found["SecretString"],))


def finish(secret_id: str, version: str) -> None:
    """Make the pending version the current one; the replaced one stays readable as the previous one."""
    client = clients.secretsmanager()
    stages = client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
    replaced = next(each for each, names in stages.items() if CURRENT in names)
    client.update_secret_version_stage(
        SecretId=secret_id, VersionStage=CURRENT, MoveToVersionId=version, RemoveFromVersionId=replaced
    )
    client.update_secret_version_stage(SecretId=secret_id, VersionStage=PENDING, RemoveFromVersionId=version)
    logger().info("signing key rotated", extra={"secret": secret_id, "version": version})
