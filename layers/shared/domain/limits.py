"""How often things may be tried (docs/contract.md, section 11, item 8)."""

from ipaddress import IPv6Address, ip_address

from shared.kit.security.rate_limits import Limit, spend_all

QUARTER_HOUR = 15 * 60
HOUR = 60 * 60

# Docs: decisions/0008. Each is counted apart, so that strangers' failures do not lock an account's owner out.
FAILURES_PER_ACCOUNT_AND_ADDRESS = Limit("password-account-address", 10, QUARTER_HOUR)
FAILURES_PER_ACCOUNT = Limit("password-account", 100, QUARTER_HOUR)
FAILURES_AT_DEVICE = Limit("password-device", 10, QUARTER_HOUR)
FAILURES_IN_SESSION = Limit("password-session", 10, QUARTER_HOUR)
FAILURES_PER_ADDRESS = Limit("password-address", 100, QUARTER_HOUR)
REGISTRATIONS = Limit("registrations", 60, HOUR)
MAIL_REQUESTS_PER_ADDRESS = Limit("mail-address", 20, HOUR)
MAIL_REQUESTS_PER_ACCOUNT = Limit("mail-account", 5, HOUR)
# Of one account: clients that name no device seem new at every sign-in.
NEW_DEVICE_MAILS = Limit("new-device-mails", 5, HOUR)
MESSAGES = Limit("messages", 30, 1)
# Messages beyond that, after which the socket they come by is closed.
MESSAGES_BEYOND = Limit("messages-beyond", 300, 10)
CONNECTS = Limit("connects", 120, 60)


IPV6_PREFIX_BITS = 64


def subscriber(address: str) -> str:
    """Who counts as one address: of an IPv6 address its /64, for the rest of it is the subscriber's to choose."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> IPV6_PREFIX_BITS << IPV6_PREFIX_BITS))
    return address


def subscriber_range(address: str) -> tuple[str, str] | None:
    """The first and the last of the addresses that count as this one, None if it is none."""
    try:
        first = ip_address(subscriber(address))
    except ValueError:
        return None
    if isinstance(first, IPv6Address) and first.ipv4_mapped is None:
        return str(first), str(first + (1 << IPV6_PREFIX_BITS) - 1)
    return str(first), str(first)


def spend_mail_request(email: str, address: str) -> None:
    """Count a request for a mailed link. Raises shared.kit.errors.Throttled."""
    spend_all((MAIL_REQUESTS_PER_ACCOUNT, email.lower()), (MAIL_REQUESTS_PER_ADDRESS, subscriber(address)))
