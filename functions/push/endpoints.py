"""Addresses of push services: anybody can submit one, so only public internet addresses are allowed."""

import socket
from urllib.parse import urlsplit

from shared.kit.public_addresses import is_public
from shared.kit.settings import settings

HTTPS_PORT = 443
NOT_PUBLIC = "Podaj adres https w internecie."


class NotPublic(Exception):
    """The address does not lead to a public machine."""


def complaints(endpoint: str) -> list[str]:
    """What is wrong with an address, without looking its name up."""
    try:
        address = urlsplit(endpoint)
        port = address.port or HTTPS_PORT
    except ValueError:
        return [NOT_PUBLIC]
    host = address.hostname or ""
    is_plain = address.scheme == "https" and host.isascii() and endpoint.isprintable() and " " not in endpoint
    if not is_plain or address.username is not None or address.fragment:
        return [NOT_PUBLIC]
    if settings().push_private_addresses:
        return []
    return [] if port == HTTPS_PORT and _may_be_public(host) else [NOT_PUBLIC]


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        name = host.rstrip(".")
        # An internet name's last label is not a number, but other notations of IP addresses end in one.
        return "." in name and not name.endswith((".local", ".internal", ".localhost")) and name[-1].isalpha()


def resolve(host: str, port: int) -> str:
    """The IP address to connect to. Raises NotPublic if the name has a private one, OSError if it has none."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not settings().push_private_addresses and not all(is_public(each) for each in found):
        raise NotPublic(host)
    return found[0]
