"""Which IP addresses are public: addresses that others give us must lead nowhere else."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# IPv6 addresses that stand for IPv4 ones.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"))


def is_public(address: str) -> bool:
    """Whether an IP address is public. Raises ValueError if the text is not an IP address."""
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in TRANSLATED):
            return False
    return found.is_global and not found.is_multicast
