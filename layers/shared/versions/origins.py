"""CSRF protection: which other sites may use a browser's cookies here.

A browser adds cookies to requests from any site. So a cookie counts only if the request's headers, which no site can
forge, name this origin or one that the operator configured; without such headers, only for requests that a plain form
on another site cannot send. Sources: OWASP's Cross-Site Request Forgery Prevention Cheat Sheet ("Identifying Source
Origin"), www.w3.org/TR/fetch-metadata.
"""

from shared.kit.errors import AppError
from shared.kit.http.middleware import PREFLIGHT_HEADERS, Headers
from shared.versions.credentials import is_trusted
from shared.versions.exchange import JSON, Request

EXPOSED = (b"access-control-expose-headers", b"Link, Retry-After")
VARY = (b"vary", b"Origin")


class CrossSiteRequest(AppError):
    """Another site may have made this request with your cookies."""

    status = 403
    code = "cross_site_request"
    detail = "To żądanie mogła wysłać inna strona."


def grant(origin: str, own: str) -> Headers:
    """The CORS headers of a response: with credentials for trusted origins, none for others."""
    if not origin:
        return []
    if not is_trusted(origin, own):
        return [VARY]
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        EXPOSED,
        VARY,
    ]


def preflight(origin: str, own: str) -> Headers:
    """The headers of the response to a preflight request."""
    return [*grant(origin, own), *(each for each in PREFLIGHT_HEADERS if each[0] != b"content-length")]


def may_read(request: Request) -> bool:
    """Whether cookies count for a request that changes nothing: another site could measure the response."""
    origin = request.header("origin")
    if origin:
        return is_trusted(origin, request.own)
    return request.header("sec-fetch-site") not in {"cross-site", "same-site"}


def may_change(request: Request) -> bool:
    """Whether cookies count for a request that changes something."""
    origin, site = request.header("origin"), request.header("sec-fetch-site")
    if origin:
        return is_trusted(origin, request.own)
    if site:
        return site == "same-origin"
    # Not a browser, or an old one: a form of another site always has a content type, and never a JSON one.
    kind = request.header("content-type").partition(";")[0].strip().lower()
    has_body = request.header("content-length") not in {"", "0"} or bool(request.header("transfer-encoding"))
    return kind == JSON or (not kind and not has_body)
