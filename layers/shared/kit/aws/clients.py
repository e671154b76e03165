"""AWS clients, made on first use: boto3 is the heaviest import of all and few requests need it."""

import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client


@cache
def s3() -> "S3Client":
    """The URLs it signs name the bucket's regional host: a new bucket has no other yet."""
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))


@cache
def sesv2() -> "SESV2Client":
    """Tries once: a retry after a lost response would send a mail twice, and the outbox has retries of its own.

    So it must not use a connection that was closed meanwhile: after an idle period it opens new ones.
    """
    import boto3
    from botocore.config import Config

    client = boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}))
    _close_after_rest(client)
    return client


def _close_after_rest(client: "SESV2Client") -> None:
    from shared.kit.aws.kept_connections import TRUSTED_FOR

    used_at = time.time()

    def close_rested(**_event: object) -> None:
        nonlocal used_at
        if not 0 <= time.time() - used_at <= TRUSTED_FOR:
            client.close()
        used_at = time.time()

    client.meta.events.register("before-call", close_rested)


@cache
def secretsmanager() -> "SecretsManagerClient":
    import boto3

    return boto3.client("secretsmanager")
