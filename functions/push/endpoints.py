"""Addresses of push services: anybody can give us one, so it must lead nowhere but into the internet."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.kit.settings import settings

HTTPS_PORT = 443
# Addresses that stand for IPv4 ones.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"))
NOT_PUBLIC = "Podaj adres https w internecie."


class NotPublic(Exception):
    """The address leads to a machine that is nobody's business."""


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
        # The last part of a name in the internet is no number; other notations of addresses end in one.
        return "." in name and not name.endswith((".local", ".internal", ".localhost")) and name[-1].isalpha()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet. Raises ValueError for what is none."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in TRANSLATED):
            return False
    return found.is_global and not found.is_multicast


def resolve(host: str, port: int) -> str:
    """The IP address to connect to. Raises NotPublic if any of the name's is private, OSError if there is none."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not settings().push_private_addresses and not all(is_public(each) for each in found):
        raise NotPublic(host)
    return found[0]
