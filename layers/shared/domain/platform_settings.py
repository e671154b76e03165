"""Settings of the platform itself; each field is an environment variable of the same name."""

from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.kit.environment import from_environment


class PlatformSettings(NamedTuple):
    """Rules that an operator may change. docs/operations.md describes each."""

    front_url: str = "http://localhost:5173"
    # The public address of this API; if empty, the address that the request was sent to.
    public_url: str = ""
    # Fallback for PUBLIC_URL in mails, which no request causes: the local server sets its own address.
    server_url: str = ""
    # The relying party of passkeys, which people keep: the domain of the addresses above or a parent of it. If empty,
    # theirs.
    passkey_domain: str = ""
    # Where mails about messages link to, with `{conversation}` for the id. If empty, the frontend's start page.
    chat_url: str = ""
    # Base address of rooms: each online session gets its own below it, unless its tutor has one for all.
    meeting_url: str = "https://meet.jit.si/"
    time_zone: str = "Europe/Warsaw"
    # ISO 4217, for all prices.
    currency: str = "PLN"
    # Strangers see only the initial of a reviewer's last name, except where the contract fixes it.
    reviewer_initials: bool = True
    tutor_email_domains: tuple[str, ...] = ("@stud.prz.edu.pl", "@prz.edu.pl")
    access_token_minutes: int = 60
    refresh_token_days: int = 7
    # Counted from the sign-in, however often a session is used.
    session_days: int = 90
    password_check_minutes: int = 15
    confirm_token_days: int = 7
    reset_token_minutes: int = 30
    # Per person: bookings, moves and cancellations, in total and with the same other person.
    booking_changes_per_hour: int = 30
    booking_changes_per_pair: int = 10
    # How long mails about a booking wait for further changes; 0 mails each change at once.
    booking_mail_minutes: int = 5
    # Per student: sessions still to come.
    max_active_bookings: int = 20


@cache
def platform_settings() -> PlatformSettings:
    """Read the environment once per process; trailing slashes of addresses are removed."""
    found = from_environment(PlatformSettings)
    addresses = {
        name: getattr(found, name).rstrip("/") for name in ("front_url", "public_url", "server_url", "meeting_url")
    }
    return found._replace(**addresses, currency=found.currency.upper())


def local_zone() -> ZoneInfo:
    """The zone of the times in responses."""
    return ZoneInfo(platform_settings().time_zone)
