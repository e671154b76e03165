"""Checks of hosts: whether a request used a name that only this machine has.

A stranger's site can point its DNS name at this machine (DNS rebinding): the browser then treats this server as part of
that site. So private pages answer only to names that nobody can register.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

# RFC 6761, RFC 6762, RFC 8375 and ICANN's name for private use.
LOCAL_SUFFIXES = (".localhost", ".local", ".home.arpa", ".internal")
# A name or an IP address, with or without a port, in the characters of DNS names (RFC 9110, section 7.2).
HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{0,5})?")
# The number of header values whose result is cached.
KEPT = 256
Endpoint = Callable[[Request], Response]


def local_hosts_only(endpoint: Endpoint) -> Endpoint:
    """Answer 421 (RFC 9110 section 15.5.20) to requests for a public host name."""

    @wraps(endpoint)
    def guarded(request: Request) -> Response:
        if not is_local_host(request.headers.get("host", "")):
            return Response("Open this page by localhost or by the machine's address.", 421, media_type="text/plain")
        return endpoint(request)

    return guarded


def is_local_host(host: str) -> bool:
    """Whether it is an IP address, a name without a dot, or a private-use domain; a port may follow."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        if "." in name or ":" in name:
            return name.endswith(LOCAL_SUFFIXES) or bool(ip_address(name))
    except ValueError:
        return False
    return bool(name)


def names_one_host(headers: Iterable[tuple[bytes, bytes]], http_version: str) -> bool:
    """Whether a request names its host, as HTTP/1.1 and later require (RFC 9112, section 3.2)."""
    said = [value for name, value in headers if name == b"host"]
    if not said:
        return http_version == "1.0"
    return len(said) == 1 and _is_host(said[0])


@lru_cache(KEPT)
def _is_host(value: bytes) -> bool:
    """The parser keeps blanks after a value."""
    return HOST.fullmatch(str(value, "latin-1").rstrip(" \t")) is not None
