"""The client of a request, and the address of ours that it used.

Behind a CDN only the CDN knows them. It sends them in headers, which are trusted only with the shared secret.
"""

import re
from dataclasses import dataclass

from starlette.requests import Request

from shared.kit.http.middleware import is_from_cdn

# Key under which the local server's proxy handling puts the country, once it trusts it.
COUNTRY_IN_SCOPE = "viewer_country"
COUNTRY = re.compile(r"[A-Z]{2}")
# What CDNs send if they do not know an address's country.
NO_COUNTRIES = {"XX", "ZZ"}


@dataclass(frozen=True, slots=True)
class Viewer:
    """The client: its user agent, its address ("" if unknown) and its country (None if unknown).

    A country is its ISO 3166-1 code of two capital letters.
    """

    user_agent: str
    address: str
    country: str | None


def viewer(request: Request) -> Viewer:
    return Viewer(request.headers.get("user-agent", ""), client_address(request), _country(request))


def client_address(request: Request) -> str:
    """The address that a request came from; "" if unknown."""
    if is_from_cdn(request.scope) and (address := request.headers.get("x-viewer-address")):
        return address
    return request.client.host if request.client else ""


def _country(request: Request) -> str | None:
    if is_from_cdn(request.scope):
        said = request.headers.get("cloudfront-viewer-country", "")
    else:
        said = request.scope.get(COUNTRY_IN_SCOPE, "")
    return said if COUNTRY.fullmatch(said) and said not in NO_COUNTRIES else None


def origin(request: Request) -> str:
    """Scheme and host of the requested address, such as https://korepetycje.example."""
    if is_from_cdn(request.scope) and (host := request.headers.get("x-viewer-host")):
        return f"https://{host}"
    return str(request.base_url).rstrip("/")
