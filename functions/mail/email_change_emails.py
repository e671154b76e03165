"""Emails about changes of an account's address: to the new address, to the old one, and about the outcome."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from functions.mail import queries, repository
from functions.mail.account_emails import password_link, zone_of
from functions.mail.email_message import Email, Fact
from functions.mail.greetings import greeting
from functions.mail.queries import EmailChange
from functions.mail.repository import Addressee
from shared.domain.booking_texts import day_time_and_zone
from shared.domain.platform_settings import platform_settings
from shared.texts import texts


def confirm_email_change_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email to the new address with a token that confirms it; None if the change is no longer pending.

    If the address already belongs to an account, this email tells its owner instead, and nobody else.
    """
    change = queries.find_email_change(payload["email_change"])
    if change is None or not change.is_pending:
        return None
    if owner := repository.find_addressee(to.email):
        return _email("email_change_taken", owner, _platform())
    token = secrets.token_hex(32)
    if not queries.add_change_token(token, change.id, "change"):
        return None
    return _email("confirm_email_change", to, _link(token), until=change.expires_at)


def email_change_requested_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email to the old address; None if the change is no longer pending.

    Its link sets a new password, which cancels the change; it works as long as the change can be confirmed.
    """
    change = queries.find_email_change(payload["email_change"])
    if change is None or not change.is_pending:
        return None
    link = password_link(to, change.seconds_left)
    return _email("email_change_requested", to, link, facts=_facts(to, change, change.created_at)) if link else None


def email_changed_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email to the old address with a token that reverts the change; None if that is no longer possible."""
    change, token = queries.find_email_change(payload["email_change"]), secrets.token_hex(32)
    if change is None or change.confirmed_at is None or not queries.add_change_token(token, change.id, "revoke"):
        return None
    facts = _facts(to, change, change.confirmed_at)
    return _email("email_changed", to, _link(token), facts=facts, until=change.revocable_until)


def email_change_revoked_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email to the address that no longer belongs to the account."""
    return _email("email_change_revoked", to, _platform())


EMAIL_CHANGE_EMAILS: Mapping[str, Callable[[Addressee, dict[str, int]], Email | None]] = {
    "confirm_email_change": confirm_email_change_email,
    "email_change_requested": email_change_requested_email,
    "email_changed": email_changed_email,
    "email_change_revoked": email_change_revoked_email,
}


def _link(token: str) -> str:
    """The page behind a token, served by the API itself: frontends need not know it."""
    platform = platform_settings()
    address = platform.public_url or platform.server_url or platform.front_url
    return f"{address}/api/user/email_change/links/{token}/"


def _platform() -> str:
    return f"{platform_settings().front_url}/"


def _facts(to: Addressee, change: EmailChange, at: datetime) -> tuple[Fact, ...]:
    words = texts(to.language)
    return (
        Fact(words["fact.new_address"], change.new_email),
        Fact(words["fact.when"], day_time_and_zone(at, zone_of(to), to.language)),
    )


def _email(
    kind: str, to: Addressee, link: str, *, facts: tuple[Fact, ...] = (), until: datetime | None = None
) -> Email:
    words = texts(to.language)
    end = day_time_and_zone(until, zone_of(to), to.language) if until else ""
    return Email(
        subject=words[f"{kind}.subject"],
        greeting=greeting(to.first_name, to.language),
        before=words[f"{kind}.before"],
        link_text=words[f"{kind}.link"],
        link=link,
        after=words[f"{kind}.after"].format(until=end),
        facts=facts,
        language=to.language,
    )
