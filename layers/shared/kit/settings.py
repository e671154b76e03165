"""Addresses and credentials of the engines; every field is an environment variable of the same name."""

from functools import cache
from typing import NamedTuple

from shared.kit.environment import from_environment

# Names used by the previous release, read until the next one.
FORMER_NAMES = {"DISPATCH_QUEUE_URL": "TELL_QUEUE_URL"}


class Settings(NamedTuple):
    """Infrastructure settings. docs/operations.md describes each."""

    database_url: str = "postgresql://postgres@localhost/tutoring"
    database_pool: int = 1
    # RDS Proxy pins a connection that prepares statements, so preparing can be switched off.
    database_prepare: bool = True
    # Seconds after which PostgreSQL cancels a statement of a request or a job; less than the 20 of a function on AWS.
    database_statement_seconds: int = 15
    # ARN of the secret with user and password, for an address without them.
    database_secret_arn: str = ""
    # The same for the role that functions log in as, which migrations (run as the owner) create.
    functions_secret_arn: str = ""
    redis_url: str = "redis://localhost:6379/0"
    rate_limits: bool = True

    jwt_secret: str = ""
    jwt_previous_secret: str = ""
    jwt_secret_arn: str = ""

    # The text from which the key of push messages is derived; after a change browsers have to subscribe again.
    vapid_secret: str = ""
    # The text from which the secrets of authenticator apps are derived; after a change all apps have to be added again.
    second_factor_secret: str = ""
    # Whether push services may be anywhere, even on this machine: for tests.
    push_private_addresses: bool = False

    # An OpenID provider for signing in, and the addresses it may redirect to; without an issuer there is none.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_redirect_uris: tuple[str, ...] = ()

    cors_origins: tuple[str, ...] = ("*",)
    origin_secret: str = ""

    media_bucket: str = ""
    media_folder: str = ""
    attachments_bucket: str = ""
    # The address of a clamd that scans uploads: tcp://host:3310.
    scan_url: str = ""

    mail_url: str = ""
    mail_from: str = "Korepetycje <no-reply@localhost>"
    # For SES: handling of bounced mails.
    mail_configuration_set: str = ""
    mail_queue_url: str = ""
    dispatch_queue_url: str = ""
    push_queue_url: str = ""

    websocket_endpoint: str = ""

    # Without a namespace no metrics are written.
    powertools_metrics_namespace: str = ""
    tracing: bool = False


@cache
def settings() -> Settings:
    """Read the environment once per process."""
    return from_environment(Settings, FORMER_NAMES)
