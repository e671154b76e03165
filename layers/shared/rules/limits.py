"""How often things may be tried (CONTRACT section 11, item 8)."""

from shared.kit.rate_limits import Limit, spend

QUARTER_HOUR = 15 * 60
HOUR = 60 * 60

FAILURES_PER_ACCOUNT = Limit("password-account", 10, QUARTER_HOUR)
FAILURES_PER_ADDRESS = Limit("password-address", 100, QUARTER_HOUR)
REGISTRATIONS = Limit("registrations", 60, HOUR)
MAIL_REQUESTS_PER_ADDRESS = Limit("mail-address", 20, HOUR)
MAIL_REQUESTS_PER_ACCOUNT = Limit("mail-account", 5, HOUR)
MESSAGES = Limit("messages", 30, 1)


def spend_mail_request(email: str, address: str) -> None:
    """Count a request for a mailed link. Raises shared.kit.errors.Throttled."""
    spend(MAIL_REQUESTS_PER_ADDRESS, address)
    spend(MAIL_REQUESTS_PER_ACCOUNT, email.lower())
