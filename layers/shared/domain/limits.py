"""Rate limits (docs/contract.md, section 11, item 8)."""

from ipaddress import IPv6Address, ip_address
from typing import Literal

from shared.domain.platform_settings import platform_settings
from shared.kit.security.rate_limits import Limit, give_back, is_within

LinkMail = Literal["confirm_email", "reset_password"]

QUARTER_HOUR = 15 * 60
HOUR = 60 * 60

# Docs: decisions/0008. Counted separately, so that a stranger's failures do not lock out the account's owner.
FAILURES_PER_ACCOUNT_AND_ADDRESS = Limit("password-account-address", 10, QUARTER_HOUR)
FAILURES_PER_ACCOUNT = Limit("password-account", 100, QUARTER_HOUR)
FAILURES_AT_DEVICE = Limit("password-device", 10, QUARTER_HOUR)
FAILURES_IN_SESSION = Limit("password-session", 10, QUARTER_HOUR)
FAILURES_PER_ADDRESS = Limit("password-address", 100, QUARTER_HOUR)
# Per client address: sign-ins begun with an OpenID provider, and those completed.
PROVIDER_SIGN_INS = Limit("provider-sign-ins", 200, QUARTER_HOUR)
# Per client address: sign-ins begun with a passkey alone, and those completed.
PASSKEY_SIGN_INS = Limit("passkey-sign-ins", 200, QUARTER_HOUR)
REGISTRATIONS = Limit("registrations", 60, HOUR)
MAIL_REQUESTS_PER_ADDRESS = Limit("mail-address", 20, HOUR)
MAIL_REQUESTS_PER_ACCOUNT = Limit("mail-account", 5, HOUR)
EMAIL_CHANGES = Limit("email-changes", 5, HOUR)
# Per address that accounts want to change to.
EMAIL_CHANGE_MAILS = Limit("email-change-mails", 5, HOUR)
# Per account: clients that name no device seem new at every sign-in.
NEW_DEVICE_MAILS = Limit("new-device-mails", 5, HOUR)
MESSAGES = Limit("messages", 30, 1)
# A socket that sends more messages than this is closed.
MESSAGES_BEYOND = Limit("messages-beyond", 300, 10)
CONNECTS = Limit("connects", 120, 60)
MESSAGE_SEARCHES = Limit("message-searches", 60, 60)
# A page of 4,000 records takes as long as a search of 20,000 messages.
EXPORT_PAGES = Limit("export-pages", 60, 60)
REPORTS = Limit("reports", 20, HOUR)
# Per person, blocking and unblocking.
BLOCKS = Limit("blocks", 60, HOUR)
ANNOUNCEMENTS = Limit("announcements", 30, HOUR)
ISSUES = Limit("issues", 20, HOUR)
ISSUE_ANSWERS = Limit("issue-answers", 60, HOUR)
# Files for messages: 10 MB each.
UPLOADS = Limit("uploads", 60, HOUR)


IPV6_PREFIX_BITS = 64


def subscriber(address: str) -> str:
    """What counts as one client address: for IPv6 its /64, because the subscriber chooses the rest freely."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> IPV6_PREFIX_BITS << IPV6_PREFIX_BITS))
    return address


def subscriber_range(address: str) -> tuple[str, str] | None:
    """The first and last of the addresses that count as this one; None if it is not an IP address."""
    try:
        first = ip_address(subscriber(address))
    except ValueError:
        return None
    if isinstance(first, IPv6Address) and first.ipv4_mapped is None:
        return str(first), str(first + (1 << IPV6_PREFIX_BITS) - 1)
    return address, address


def may_mail_link(kind: LinkMail, email: str, address: str) -> bool:
    """Whether to mail a requested link; the request is counted.

    The account always has a working link, however often strangers request one: beyond its limit, it gets another as
    soon as the first one has expired.
    """
    asker, account = (MAIL_REQUESTS_PER_ADDRESS, subscriber(address)), f"{kind} {email.lower()}"
    if not is_within(*asker):
        return False
    is_fresh = is_within(Limit("mail-life", 1, _life(kind)), account)
    if is_within(MAIL_REQUESTS_PER_ACCOUNT, account) or is_fresh:
        return True
    give_back(*asker)
    return False


def _life(kind: LinkMail) -> int:
    """How many seconds such a link works."""
    if kind == "confirm_email":
        return platform_settings().confirm_token_days * 24 * HOUR
    return platform_settings().reset_token_minutes * 60
