"""Handshakes of version 2: the token is in a cookie, and the page's origin must be allowed to use it."""

from collections.abc import Mapping
from typing import Any

from shared.domain.platform_settings import platform_settings
from shared.versions.addresses import remember_own
from shared.versions.credentials import ACCESS, cookie, is_trusted
from shared.versions.protocols import LISTING, UNFRAMED

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


def read_handshake(event: Mapping[str, Any]) -> dict[str, str] | int:
    """The equivalent query in the API's terms, or the status that refuses the handshake."""
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    query = event["queryStringParameters"]
    if not _may_connect(headers):
        return FORBIDDEN
    wanted = _wanted(query)
    token = cookie(headers.get("cookie", ""), ACCESS)
    if wanted is None:
        return NOT_FOUND
    return {**wanted, "token": token} if token else UNAUTHORIZED


def _may_connect(headers: Mapping[str, str]) -> bool:
    """Whether the page that opens the socket may use the cookie; clients other than browsers send no origin."""
    page = headers.get("origin", "")
    scheme = page.partition("://")[0] if page.startswith("http") else "http"
    own = platform_settings().public_url or f"{scheme}://{headers.get('host', '')}"
    if page and not is_trusted(page, own):
        return False
    remember_own(own)
    return bool(page) or headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def _wanted(query: Mapping[str, str]) -> dict[str, str] | None:
    if conversation := query.get("conversation"):
        if conversation == "list":
            return {"protocol": str(LISTING)}
        return {"conversation": conversation, "protocol": str(UNFRAMED)}
    return {"notifications": "1", "protocol": str(UNFRAMED)} if query.get("notifications") == "1" else None
