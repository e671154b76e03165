"""Whether a request came by a name that only this machine has.

A stranger's site can have its DNS name point at this machine (DNS rebinding): the browser then takes this server for a
part of that site. What shows private things answers only to names nobody can register.
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

# RFC 6761, RFC 6762, RFC 8375 and ICANN's name for private use.
LOCAL_SUFFIXES = (".localhost", ".local", ".home.arpa", ".internal")
Endpoint = Callable[[Request], Response]


def local_hosts_only(endpoint: Endpoint) -> Endpoint:
    """Answer 421 (RFC 9110 section 15.5.20) to requests that came by a public name."""

    @wraps(endpoint)
    def guarded(request: Request) -> Response:
        if not is_local_host(request.headers.get("host", "")):
            return Response("Open this page by localhost or by the machine's address.", 421, media_type="text/plain")
        return endpoint(request)

    return guarded


def is_local_host(host: str) -> bool:
    """Addresses, names without a dot and names of the endings for private use; a port may follow."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        if "." in name or ":" in name:
            return name.endswith(LOCAL_SUFFIXES) or bool(ip_address(name))
    except ValueError:
        return False
    return bool(name)
