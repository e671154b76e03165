"""Checks for unusable settings that would otherwise only be noticed when they are needed."""

import logging
import os
import re
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

import redis
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from functions.availability.domain.terms_commands import https_only
from functions.mail.transports import transport
from functions.push.vapid import MIN_SECRET_BYTES
from local.options import BadOptions
from shared.domain.platform_settings import PlatformSettings, local_zone, platform_settings
from shared.kit.environment import BadSetting
from shared.kit.security.signing_keys import WeakSecret, signing_key
from shared.kit.settings import Settings, settings

# The maximum of any number: this many days from now must be a valid date.
MOST = 1_000_000
# Numbers for which 0 means none: mails about bookings do not wait.
MAY_BE_ZERO = frozenset({"booking_mail_minutes"})
# As browsers send it: in lower case, without a trailing slash.
ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[a-z0-9.:_\[\]-]+")
LINKS = ("front_url", "public_url", "chat_url")


def check_settings() -> None:
    """Raises BadOptions for settings whose errors would only show when they are needed."""
    try:
        for complaint in _complaints(settings(), platform_settings()):
            raise BadOptions(complaint)
        signing_key()
        local_zone()
        transport(settings().mail_url)
        conninfo_to_dict(settings().database_url)
        redis.Redis.from_url(settings().redis_url)
    except (WeakSecret, BadSetting) as error:
        raise BadOptions(str(error)) from None
    except ProgrammingError:  # its text may hold the password
        raise BadOptions("DATABASE_URL is no address of a PostgreSQL database.") from None
    except ValueError as error:
        raise BadOptions(f"REDIS_URL cannot be used: {error}") from None
    except ZoneInfoNotFoundError:
        raise BadOptions(f"TIME_ZONE={platform_settings().time_zone!r} is no time zone.") from None


def _complaints(infrastructure: Settings, platform: PlatformSettings) -> Iterator[str]:
    yield from _of_numbers(infrastructure._asdict() | platform._asdict())
    yield from _of_addresses(infrastructure, platform)
    yield from _of_names(infrastructure, platform)
    yield from _of_provider(infrastructure)
    for name in ("vapid_secret", "second_factor_secret"):
        if (secret := getattr(infrastructure, name)) and len(secret.encode()) < MIN_SECRET_BYTES:
            yield f"{name.upper()} must have at least {MIN_SECRET_BYTES} bytes."
    if infrastructure.jwt_secret_arn:
        yield from _of_aws()
    level = os.environ.get("POWERTOOLS_LOG_LEVEL") or "INFO"
    if level.upper() not in logging.getLevelNamesMapping():
        yield f"POWERTOOLS_LOG_LEVEL={level} is no level, such as INFO or DEBUG."


def _of_numbers(values: dict[str, object]) -> Iterator[str]:
    for name, value in values.items():
        least = 0 if name in MAY_BE_ZERO else 1
        if type(value) is int and value < least:
            yield f"{name.upper()}={value} must be at least {least}."
        if type(value) is int and value > MOST:
            yield f"{name.upper()}={value} must be at most {MOST}."


def _of_addresses(infrastructure: Settings, platform: PlatformSettings) -> Iterator[str]:
    for name in LINKS:
        value = getattr(platform, name)
        if value and not _is_address(value, "http", "https"):
            yield f"{name.upper()}={value} is no http address."
    if https_only(platform.meeting_url):
        yield f"MEETING_URL={platform.meeting_url} is no https address."
    for origin in infrastructure.cors_origins:
        if not ORIGIN.fullmatch(origin):
            yield f"CORS_ORIGINS: {origin} is no origin, such as https://app.example.com."
    if infrastructure.scan_url and not _is_address(infrastructure.scan_url, "tcp"):
        yield f"SCAN_URL={infrastructure.scan_url} is no address of a scanner, such as tcp://127.0.0.1:3310."


def _of_provider(infrastructure: Settings) -> Iterator[str]:
    parts = {name: getattr(infrastructure, name) for name in ("oidc_issuer", "oidc_client_id", "oidc_redirect_uris")}
    if any(parts.values()):
        for name in (name for name, value in parts.items() if not value):
            yield f"{name.upper()} is missing: signing in with a provider needs it too."
    issuer = infrastructure.oidc_issuer
    if issuer and not _is_address(issuer, "http", "https"):
        yield f"OIDC_ISSUER={issuer} is no address of a provider, such as https://accounts.google.com."
    for each in infrastructure.oidc_redirect_uris:
        # Native apps have URL schemes of their own.
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*:[!-~]+", each):
            yield f"OIDC_REDIRECT_URIS: {each} is no address, such as https://app.example.com/auth/google."


def _of_aws() -> Iterator[str]:
    """What reading a secret takes; AWS sets it for functions."""
    if not os.environ.get("AWS_REGION"):
        yield "JWT_SECRET_ARN requires AWS_REGION, the region of the secret."
    if not (os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")):
        yield "JWT_SECRET_ARN requires credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."


def _of_names(infrastructure: Settings, platform: PlatformSettings) -> Iterator[str]:
    if not re.fullmatch("[A-Z]{3}", platform.currency):
        yield f"CURRENCY={platform.currency} is no code of three letters."
    if not re.fullmatch(r"([a-z0-9-]+(\.[a-z0-9-]+)*)?", platform.passkey_domain):
        yield f"PASSKEY_DOMAIN={platform.passkey_domain} is no domain, such as example.com."
    for ending in platform.tutor_email_domains:
        if not ("@" in ending or ending.startswith(".")):
            yield f"TUTOR_EMAIL_DOMAINS: {ending} must begin with @ or a dot, for addresses of others end with it too."
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(infrastructure.mail_from)[1]):
        yield f"MAIL_FROM={infrastructure.mail_from} is no sender, such as Korepetycje <no-reply@example.com>."


def _is_address(text: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port, or a bracket alone
        return False
