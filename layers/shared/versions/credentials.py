"""Credentials in browsers' requests, for HTTP and WebSockets alike. It imports no framework."""

from shared.kit.settings import settings

ACCESS, REFRESH = "access", "refresh"
ANY = "*"


def cookie(header: str, name: str) -> str:
    """The value of a cookie in a Cookie header, "" if it is missing; everything else in the header is skipped."""
    for each in header.split(";"):
        key, _, value = each.strip().partition("=")
        if key == name:
            return value.strip('"')
    return ""


def is_trusted(origin: str, own: str) -> bool:
    """Whether pages of an origin may act for the signed-in user: our own, and those in CORS_ORIGINS."""
    return origin != ANY and (origin == own or origin in settings().cors_origins)
