"""Emails about accounts: the address to confirm, the password to reset."""

import secrets
from dataclasses import replace

from functions.mail import repository
from functions.mail.email_message import Email, Fact
from functions.mail.greetings import greeting
from functions.mail.repository import Addressee
from shared.domain.platform_settings import platform_settings
from shared.domain.tutor_completeness import find_missing
from shared.kit.db.pool import connection
from shared.texts import DEFAULT_LANGUAGE, Language, texts

DAY, MINUTE = 86_400, 60


def confirmation_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email with a token that confirms the address; None if it is confirmed already or the account is gone."""
    if to.confirmed:
        return None
    token, days = secrets.token_hex(32), platform_settings().confirm_token_days
    if not repository.add_token(token, to.user_id, "confirm", days * DAY):
        return None
    link = f"{platform_settings().front_url}/account/confirm-email/?token={token}"
    return confirmation(to.first_name, link, days, to.language)


def password_reset_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email with a token that sets a new password; None if the account is gone."""
    token, minutes = secrets.token_hex(24), platform_settings().reset_token_minutes
    if not repository.add_token(token, to.user_id, "reset", minutes * MINUTE):
        return None
    link = f"{platform_settings().front_url}/account/reset-password/?reset_token={token}"
    return password_reset(to.first_name, link, minutes, to.language)


def password_changed_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email that says so to the owner, who may not be the one that changed it."""
    return _email("password_changed", to.first_name, f"{platform_settings().front_url}/", to.language)


def tutor_incomplete_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email to a tutor who cannot be booked yet, with what is missing; None if nothing is any more."""
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
