"""The verbs of the mail feature."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from functions.mail import bookings, repository, texts
from functions.mail.repository import Addressee, Due
from functions.mail.texts import Email
from functions.mail.transports import MailRefused, NotSent, Transport, Uncertain, transport
from shared.domain.platform_settings import platform_settings
from shared.kit.observability.log import logger
from shared.kit.settings import settings

DAY, MINUTE = 86_400, 60


@dataclass(frozen=True)
class Delivery:
    """How many mails went out, and whether that were all that should have."""

    sent: int = 0
    complete: bool = True


def deliver() -> Delivery:
    """Send every mail that is due. Stops where the server takes none."""
    sent, complete = 0, True
    send = transport(settings().mail_url)
    while due := repository.claim_due():
        try:
            sent += _deliver(due, send)
        except MailRefused:
            complete = False
        except NotSent:
            return Delivery(sent, complete=False)
    return Delivery(sent, complete)


def deliver_one(mail_id: int) -> Delivery:
    """Send this mail if it is due and nobody else does: a message that came twice sends nothing twice."""
    due = repository.claim_one(mail_id)
    if due is None:
        return Delivery()
    try:
        return Delivery(_deliver(due, transport(settings().mail_url)))
    except NotSent:
        return Delivery(complete=False)


def _deliver(due: Due, send: Transport) -> bool:
    """Send a mail that was taken, and note it. Raises NotSent, or MailRefused where only this one cannot go."""
    try:
        return _send(due, send)
    except NotSent as error:
        logger().warning("mail not sent", extra={"mail_id": due.id, "attempts": due.attempts, "error": str(error)})
        if due.once and not isinstance(error, Uncertain):
            repository.take_back_try(due.id)
        raise
    except psycopg.Error:
        raise
    except Exception as error:
        logger().exception("mail not written", extra={"mail_id": due.id, "kind": due.kind})
        raise MailRefused(str(error)) from error


def _send(due: Due, send: Transport) -> bool:
    """Write and hand over a mail; False if there is nothing to tell the addressee, or somebody else does.

    Raises NotSent.
    """
    addressee = repository.find_addressee(due.recipient)
    letter = EMAILS[due.kind](addressee, due.payload) if addressee else None
    if addressee is None or letter is None:
        repository.mark_sent(due.id)
        return False
    message = texts.as_message(letter, settings().mail_from, addressee.email)
    if due.once and not repository.begin_only_try(due.id):
        return False
    send(message)
    repository.mark_sent(due.id)
    return True


def _confirmation(to: Addressee, _payload: dict[str, int]) -> Email | None:
    if to.confirmed:
        return None
    token, days = secrets.token_hex(32), platform_settings().confirm_token_days
    if not repository.add_token(token, to.user_id, "confirm", days * DAY):
        return None
    return texts.confirmation(
        to.first_name, f"{platform_settings().front_url}/account/confirm-email/?token={token}", days
    )


def _password_reset(to: Addressee, _payload: dict[str, int]) -> Email | None:
    token, minutes = secrets.token_hex(24), platform_settings().reset_token_minutes
    if not repository.add_token(token, to.user_id, "reset", minutes * MINUTE):
        return None
    link = f"{platform_settings().front_url}/account/reset-password/?reset_token={token}"
    return texts.password_reset(to.first_name, link, minutes)


EMAILS: dict[str, Callable[[Addressee, dict[str, int]], Email | None]] = {
    "confirm_email": _confirmation,
    "reset_password": _password_reset,
    "booking_change": bookings.booking_change_email,
    "booking_reminder": bookings.reminder_email,
}
