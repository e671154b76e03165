"""Emails about accounts, in Polish: the address to confirm, the password to reset."""

import secrets

from functions.mail import repository
from functions.mail.email_message import Email, greeting
from functions.mail.repository import Addressee
from shared.domain.platform_settings import platform_settings

DAY, MINUTE = 86_400, 60


def confirmation_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email with a token that confirms the address; None if it is confirmed already or the account is gone."""
    if to.confirmed:
        return None
    token, days = secrets.token_hex(32), platform_settings().confirm_token_days
    if not repository.add_token(token, to.user_id, "confirm", days * DAY):
        return None
    return confirmation(to.first_name, f"{platform_settings().front_url}/account/confirm-email/?token={token}", days)


def password_reset_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email with a token that sets a new password; None if the account is gone."""
    token, minutes = secrets.token_hex(24), platform_settings().reset_token_minutes
    if not repository.add_token(token, to.user_id, "reset", minutes * MINUTE):
        return None
    link = f"{platform_settings().front_url}/account/reset-password/?reset_token={token}"
    return password_reset(to.first_name, link, minutes)


def password_changed_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email that says so to the owner, who may not be the one that changed it."""
    return password_changed(to.first_name, f"{platform_settings().front_url}/")


def confirmation(first_name: str, link: str, days: int) -> Email:
    return Email(
        subject="Potwierdzenie adresu email",
        greeting=greeting(first_name),
        before="dziękujemy za założenie konta. Potwierdź swój adres e-mail, aby móc się zalogować:",
        link_text="Potwierdź adres e-mail",
        link=link,
        after=f"Link jest ważny przez {days} dni. Jeśli to nie Ty zakładasz konto, zignoruj tę wiadomość.",
    )


def password_reset(first_name: str, link: str, minutes: int) -> Email:
    return Email(
        subject="Resetowanie hasła",
        greeting=greeting(first_name),
        before="otrzymaliśmy prośbę o zmianę hasła do Twojego konta. Nowe hasło ustawisz tutaj:",
        link_text="Ustaw nowe hasło",
        link=link,
        after=f"Link jest ważny przez {minutes} minut i działa raz. Jeśli to nie Twoja prośba, zignoruj tę wiadomość;"
        " Twoje hasło pozostaje bez zmian.",
    )


def password_changed(first_name: str, link: str) -> Email:
    return Email(
        subject="Zmiana hasła",
        greeting=greeting(first_name),
        before="hasło do Twojego konta zostało zmienione. Pozostałe urządzenia zostały wylogowane.",
        link_text="Otwórz platformę",
        link=link,
        after="Jeśli to nie Ty, ustaw od razu nowe hasło: poproś na stronie logowania o link do zmiany hasła.",
    )
