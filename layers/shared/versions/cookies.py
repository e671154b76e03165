"""The tokens of a session as cookies."""

from urllib.parse import urlsplit

from shared.domain.platform_settings import platform_settings
from shared.versions.credentials import ACCESS, REFRESH
from shared.versions.exchange import Request

# An operator may let access tokens live longer; their cookies do not.
ACCESS_SECONDS, DAY = 3600, 86_400
Cookie = tuple[bytes, bytes]


def set_access(request: Request, token: str) -> Cookie:
    seconds = min(ACCESS_SECONDS, platform_settings().access_token_minutes * 60)
    return _set(ACCESS, token, seconds, _attributes(request))


def set_refresh(request: Request, token: str) -> Cookie:
    return _set(REFRESH, token, platform_settings().refresh_token_days * DAY, _attributes(request))


def clear(request: Request) -> list[Cookie]:
    """Delete both cookies, with the attributes they were set with: cross-site, browsers ignore others."""
    attributes = _attributes(request)
    return [_set(name, "", 0, attributes) for name in (ACCESS, REFRESH)]


def set_value(request: Request, name: str, value: str, seconds: int) -> Cookie:
    """Another cookie that scripts cannot read."""
    return _set(name, value, seconds, _attributes(request))


def clear_value(request: Request, name: str) -> Cookie:
    return _set(name, "", 0, _attributes(request))


def _set(name: str, value: str, seconds: int, attributes: str) -> Cookie:
    return b"set-cookie", f"{name}={value}; HttpOnly; Max-Age={seconds}; Path=/; {attributes}".encode("latin-1")


def _attributes(request: Request) -> str:
    """SameSite=Lax on one site; cookies cross sites only for a frontend elsewhere that an operator named."""
    if _is_cross_site(request):
        return "SameSite=None; Secure"
    return "SameSite=Lax; Secure" if request.own.startswith("https:") else "SameSite=Lax"


def _is_cross_site(request: Request) -> bool:
    if site := request.header("sec-fetch-site"):
        return site == "cross-site"
    # Not a browser, or one that does not say: if one host is a parent of the other, they are on one site for certain.
    there, here = urlsplit(request.header("origin")).hostname or "", urlsplit(request.own).hostname or ""
    return bool(there) and not f".{there}".endswith(f".{here}") and not f".{here}".endswith(f".{there}")
