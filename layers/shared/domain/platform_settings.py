"""The platform's own settings; every field is an environment variable of the same name."""

from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.kit.environment import from_environment


class PlatformSettings(NamedTuple):
    """Rules an operator may change. docs/operations.md describes each."""

    front_url: str = "http://localhost:5173"
    # Where callers find this API; empty means where the request came to.
    public_url: str = ""
    # The same for mails, which no request asks for, where PUBLIC_URL is not set: the local server says its own.
    server_url: str = ""
    # The domain of passkeys, which people keep: that of the addresses above or one they are below. Empty means theirs.
    passkey_domain: str = ""
    # Where mails about messages lead; `{conversation}` in it is the id. Empty means to the frontend's start.
    chat_url: str = ""
    # Beneath it every online session has a room of its own, unless its tutor has one for all.
    meeting_url: str = "https://meet.jit.si/"
    time_zone: str = "Europe/Warsaw"
    # ISO 4217: of all prices.
    currency: str = "PLN"
    # Strangers read but the initial of a reviewer's last name, where the contract does not fix it.
    reviewer_initials: bool = True
    tutor_email_domains: tuple[str, ...] = ("@stud.prz.edu.pl", "@prz.edu.pl")
    access_token_minutes: int = 60
    refresh_token_days: int = 7
    # From the sign-in on, however often a session is used.
    session_days: int = 90
    password_check_minutes: int = 15
    confirm_token_days: int = 7
    reset_token_minutes: int = 30
    # Of one person: bookings, moves and cancellations, in all and with the same other person.
    booking_changes_per_hour: int = 30
    booking_changes_per_pair: int = 10
    # How long mails about a booking wait for what else becomes of it; 0 mails each change at once.
    booking_mail_minutes: int = 5
    # Of one student, still to come.
    max_active_bookings: int = 20


@cache
def platform_settings() -> PlatformSettings:
    """Read the environment once per process; addresses are kept without a slash at their end."""
    found = from_environment(PlatformSettings)
    addresses = {
        name: getattr(found, name).rstrip("/") for name in ("front_url", "public_url", "server_url", "meeting_url")
    }
    return found._replace(**addresses, currency=found.currency.upper())


def local_zone() -> ZoneInfo:
    """The zone in which times are answered."""
    return ZoneInfo(platform_settings().time_zone)
