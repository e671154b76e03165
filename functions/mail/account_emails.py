"""Emails about accounts: the address to confirm, the password to reset."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from functions.mail import repository
from functions.mail.device_names import device_name
from functions.mail.email_message import Aside, Email, Fact
from functions.mail.greetings import greeting, reads_like_a_name
from functions.mail.repository import Addressee
from shared.domain.booking_texts import day_time_and_zone
from shared.domain.platform_settings import local_zone, platform_settings
from shared.domain.time_zones import find_zone
from shared.domain.tutor_completeness import find_missing
from shared.kit.db.pool import connection
from shared.texts import DEFAULT_LANGUAGE, Language, texts

DAY, MINUTE = 86_400, 60


def confirmation_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email with a token that confirms the address; None if it is already confirmed or the account is gone.

    A stranger may have registered the address. So the email says who registered and when, and has a second token with
    which the address's owner sets a password instead: that confirms the address and voids the registrant's password.
    """
    if to.confirmed:
        return None
    token, own, days = secrets.token_hex(32), secrets.token_hex(24), platform_settings().confirm_token_days
    if not repository.add_token(token, to, "confirm", days * DAY):
        return None
    if not repository.add_token(own, to, "reset", days * DAY):
        return None
    email = confirmation(to.first_name, _link("confirm-email/?token", token), days, to.language)
    words = texts(to.language)
    aside = Aside(words["confirm.aside"], words["reset.link"], _link("reset-password/?reset_token", own))
    return replace(email, facts=_registration(to), aside=aside)


def _link(page: str, token: str) -> str:
    return f"{platform_settings().front_url}/account/{page}={token}"


def _registration(account: Addressee) -> tuple[Fact, ...]:
    """Who registered and when; a name that does not look like one is left out, since it may be spam to a stranger."""
    words = texts(account.language)
    name = " ".join(each for each in (account.first_name, account.last_name) if reads_like_a_name(each))
    when = day_time_and_zone(account.created_at, zone_of(account), account.language)
    return (*([Fact(words["fact.registered_as"], name)] if name else []), Fact(words["fact.when"], when))


def zone_of(reader: Addressee) -> ZoneInfo:
    return (find_zone(reader.time_zone) if reader.time_zone else None) or local_zone()


def password_reset_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email with a token that sets a new password; None if the account is gone."""
    minutes = platform_settings().reset_token_minutes
    link = password_link(to, minutes * MINUTE)
    return password_reset(to.first_name, link, minutes, to.language) if link else None


def password_link(to: Addressee, seconds: int) -> str | None:
    """A link with a new token to set a password; None if the account is gone or its address has changed."""
    token = secrets.token_hex(24)
    return _link("reset-password/?reset_token", token) if repository.add_token(token, to, "reset", seconds) else None


def change_email(kind: str) -> Callable[[Addressee, dict[str, int]], Email]:
    """An email that tells the owner what was changed about the account, in case somebody else changed it."""

    def write(to: Addressee, _payload: dict[str, int]) -> Email:
        return _email(kind, to.first_name, f"{platform_settings().front_url}/", to.language)

    return write


def new_device_email(to: Addressee, payload: dict[str, int]) -> Email:
    """An email to the owner about a sign-in from a device that was never used for the account before."""
    words = texts(to.language)
    when = day_time_and_zone(datetime.fromtimestamp(payload["signed_in"], UTC), zone_of(to), to.language)
    facts = [Fact(words["fact.when"], when)]
    if found := repository.find_device(UUID(int=payload["session"])):
        place = f"{found.address} ({found.country})" if found.address and found.country else found.address
        names = {"fact.device": device_name(found.user_agent), "fact.address": place}
        facts += [Fact(words[key], value) for key, value in names.items() if value]
    email = _email("new_device", to.first_name, f"{platform_settings().front_url}/", to.language)
    return replace(email, facts=tuple(facts))


def identity_linked_email(to: Addressee, payload: dict[str, int]) -> Email:
    """An email to the owner about a provider's identity that can sign in to the account from now on."""
    words = texts(to.language)
    when = day_time_and_zone(datetime.fromtimestamp(payload["linked"], UTC), zone_of(to), to.language)
    facts = [Fact(words["fact.when"], when)]
    if issuer := repository.find_issuer(payload["identity"]):
        facts.insert(0, Fact(words["fact.provider"], urlsplit(issuer).netloc))
    email = _email("identity_linked", to.first_name, f"{platform_settings().front_url}/", to.language)
    return replace(email, facts=tuple(facts))


def account_suspended_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email to a suspended user, with how many sessions that cancelled; None if the suspension was lifted."""
    if not to.suspended:
        return None
    words = texts(to.language)
    email = _email("account_suspended", to.first_name, f"{platform_settings().front_url}/", to.language)
    cancelled = payload.get("cancelled")
    return replace(email, facts=(Fact(words["fact.cancelled_sessions"], str(cancelled)),)) if cancelled else email


def suspension_lifted_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email that the user may sign in again; None if that is no longer so."""
    if to.suspended:
        return None
    return _email("suspension_lifted", to.first_name, f"{platform_settings().front_url}/", to.language)


def tutor_incomplete_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email to a tutor who cannot be booked yet, with what is missing; None if nothing is."""
    with connection() as db:
        missing = find_missing(db, payload["tutor_id"])
    if not missing:
        return None
    words = texts(to.language)
    facts = tuple(Fact(words[f"missing.{each}"], words[f"missing.{each}.how"]) for each in missing)
    email = _email("tutor_incomplete", to.first_name, f"{platform_settings().front_url}/", to.language)
    return replace(email, facts=facts)


def confirmation(first_name: str, link: str, days: int, language: Language = DEFAULT_LANGUAGE) -> Email:
    return _email("confirm", first_name, link, language, days=days)


def password_reset(first_name: str, link: str, minutes: int, language: Language = DEFAULT_LANGUAGE) -> Email:
    return _email("reset", first_name, link, language, minutes=minutes)


def _email(kind: str, first_name: str, link: str, language: Language, **values: int) -> Email:
    words = texts(language)
    return Email(
        subject=words[f"{kind}.subject"],
        greeting=greeting(first_name, language),
        before=words[f"{kind}.before"],
        link_text=words[f"{kind}.link"],
        link=link,
        after=words[f"{kind}.after"].format(**values),
        language=language,
    )
