"""Who asks, and by which address of ours.

Behind a CDN only the CDN knows. It says so in headers, which are believed only with the secret that it shares with us.
"""

from starlette.requests import Request

from shared.kit.http.middleware import is_from_cdn


def client_address(request: Request) -> str:
    """The address a request came from, "" if it is not known."""
    if is_from_cdn(request.scope) and (address := request.headers.get("x-viewer-address")):
        return address
    return request.client.host if request.client else ""


def origin(request: Request) -> str:
    """Scheme and host of the address that was asked, such as https://korepetycje.example."""
    if is_from_cdn(request.scope) and (host := request.headers.get("x-viewer-host")):
        return f"https://{host}"
    return str(request.base_url).rstrip("/")
