"""Delivering the mails of the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from functions.mail import repository
from functions.mail.account_emails import (
    account_suspended_email,
    change_email,
    confirmation_email,
    identity_linked_email,
    new_device_email,
    password_reset_email,
    suspension_lifted_email,
    tutor_incomplete_email,
)
from functions.mail.booking_emails import booking_change_email, reminder_email
from functions.mail.email_change_emails import EMAIL_CHANGE_EMAILS
from functions.mail.email_message import Aside, Email, as_message
from functions.mail.joint_emails import group_change_email, series_change_email
from functions.mail.repository import Addressee, DueMail
from functions.mail.review_emails import (
    review_added_email,
    review_hidden_email,
    review_replied_email,
    staff_report_email,
)
from functions.mail.transports import AddressRefused, MailRefused, NotSent, Transport, Uncertain, transport
from functions.mail.unread_emails import unread_messages_email
from functions.mail.waitlist_emails import waitlist_ended_email
from shared.domain.email_addresses import is_mailed_as_written
from shared.domain.topics import Topic, silenced_name
from shared.domain.unsubscribing import unsubscribe_link
from shared.kit.observability.log import logger
from shared.kit.psycopg import psycopg
from shared.kit.settings import settings
from shared.texts import texts

Write = Callable[[Addressee, dict[str, int]], Email | None]
# Mails about the account: the only ones sent to a suspended account.
ACCOUNT_EMAILS: Mapping[str, Write] = {
    "confirm_email": confirmation_email,
    "reset_password": password_reset_email,
    "password_changed": change_email("password_changed"),
    "new_device": new_device_email,
    "identity_linked": identity_linked_email,
    "authenticator_app_added": change_email("authenticator_app_added"),
    "passkey_added": change_email("passkey_added"),
    "passkey_removed": change_email("passkey_removed"),
    "second_factor_turned_off": change_email("second_factor_turned_off"),
    "recovery_codes_replaced": change_email("recovery_codes_replaced"),
    "recovery_code_used": change_email("recovery_code_used"),
    "account_suspended": account_suspended_email,
    "suspension_lifted": suspension_lifted_email,
    **EMAIL_CHANGE_EMAILS,
}
# Mails with a link that proves delivery: the only ones still sent to addresses that bounced.
LINK_EMAILS = {"confirm_email", "reset_password"}
EMAILS: Mapping[str, Write] = {
    **ACCOUNT_EMAILS,
    "tutor_incomplete": tutor_incomplete_email,
    "booking_change": booking_change_email,
    "series_change": series_change_email,
    "group_change": group_change_email,
    "booking_reminder": reminder_email,
    "waitlist_ended": waitlist_ended_email,
    "unread_messages": unread_messages_email,
    "review_added": review_added_email,
    "review_replied": review_replied_email,
    "review_hidden": review_hidden_email,
    "staff_report": staff_report_email,
}
# Topics that users can silence; any other mail is about the account itself and is always sent.
TOPICS: Mapping[str, Topic] = {
    "booking_change": "bookings",
    "series_change": "bookings",
    "group_change": "bookings",
    "booking_reminder": "reminders",
    "waitlist_ended": "bookings",
    "unread_messages": "chat",
    "review_added": "reviews",
    "review_replied": "reviews",
    "review_hidden": "reviews",
    "staff_report": "reviews",
}


@dataclass(frozen=True)
class Delivery:
    """The number of mails sent, and whether that was all of them."""

    sent: int = 0
    complete: bool = True


def deliver() -> Delivery:
    """Send every due mail. Stops if the server accepts none."""
    sent, complete = 0, True
    send = transport(settings().mail_url)
    while mail := repository.claim_due():
        try:
            sent += _deliver(mail, send)
        except MailRefused:
            complete = False
        except NotSent:
            return Delivery(sent, complete=False)
    return Delivery(sent, complete)


def deliver_one(mail_id: int) -> Delivery:
    """Send this mail if it is due and no other worker sends it: a duplicate queue message does not send it twice."""
    mail = repository.claim_one(mail_id)
    if mail is None:
        return Delivery()
    try:
        return Delivery(_deliver(mail, transport(settings().mail_url)))
    except NotSent:
        return Delivery(complete=False)


def _deliver(mail: DueMail, send: Transport) -> bool:
    """Send a claimed mail and record it. Raises NotSent, or MailRefused if only this mail cannot be sent."""
    try:
        return _send(mail, send)
    except NotSent as error:
        logger().warning("mail not sent", extra={"mail_id": mail.id, "attempts": mail.attempts, "error": str(error)})
        if mail.once and not isinstance(error, Uncertain):
            repository.clear_uncertain(mail.id)
        if isinstance(error, AddressRefused):
            repository.mark_bounced([mail.recipient])
        raise
    except psycopg.Error:
        raise
    except Exception as error:
        logger().exception("mail not written", extra={"mail_id": mail.id, "kind": mail.kind})
        raise MailRefused(str(error)) from error


def _send(mail: DueMail, send: Transport) -> bool:
    """Write a mail and hand it over; False if it has become pointless or another worker sends it.

    Raises NotSent.
    """
    addressee = _find_addressee(mail)
    email = _write(mail, addressee) if addressee else None
    if addressee is None or email is None:
        repository.mark_sent(mail.id)
        return False
    message = as_message(email, settings().mail_from, addressee.email)
    if mail.once and not repository.mark_uncertain(mail.id):
        return False
    send(message)
    repository.mark_sent(mail.id)
    return True


def _find_addressee(mail: DueMail) -> Addressee | None:
    if not is_mailed_as_written(mail.recipient):
        return None
    if change_id := mail.payload.get("email_change"):
        return repository.find_addressee_of_change(mail.recipient, change_id)
    return repository.find_addressee(mail.recipient)


def _write(mail: DueMail, to: Addressee) -> Email | None:
    """The mail, unless its addressee should no longer get it or has silenced the topic."""
    if (to.suspended and mail.kind not in ACCOUNT_EMAILS) or (to.bounced and mail.kind not in LINK_EMAILS):
        return None
    topic = TOPICS.get(mail.kind)
    if topic and silenced_name(topic, "mail") in to.silenced:
        return None
    email = EMAILS[mail.kind](to, mail.payload)
    return replace(email, unsubscribe=_unsubscribe(to, topic)) if email and topic else email


def _unsubscribe(to: Addressee, topic: Topic) -> Aside | None:
    link, words = unsubscribe_link(to.user_id, topic), texts(to.language)
    text = words["unsubscribe.aside"].format(topic=words[f"topic.{topic}"])
    return Aside(text, words["unsubscribe.link"], link) if link else None
