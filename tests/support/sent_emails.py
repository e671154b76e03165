"""Mails sent about bookings, and their calendar entries."""

import email
import email.policy
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import vobject

from functions.mail.handler import handler as send_mails
from shared.kit.settings import settings
from tests.support.notifications import dispatch
from tests.support.people import Person
from tools.cloud.mail import Mail, read_mail


def sent() -> list[EmailMessage]:
    """Dispatch changes and send mails; returns all mails of the test so far, oldest first."""
    dispatch()
    send_mails({}, None)
    files = sorted(Path(urlsplit(settings().mail_url).path).glob("*.eml"))
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def sent_to(person: Person) -> list[EmailMessage]:
    return [mail for mail in sent() if mail["To"] == person.email]


def read(mail: EmailMessage) -> Mail:
    return read_mail(mail.as_bytes())


def content(part: Message) -> bytes:
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw


def entry(mail: EmailMessage, name: str = "zajecia.ics") -> Any:
    """A mail's calendar entry, which must be the same as alternative part and as attachment; None if there is none."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    files = [part for part in mail.iter_attachments() if part.get_content_type() == "application/ics"]
    assert len(parts) == len(files)
    if not parts:
        return None
    [part], [file] = parts, files
    raw = content(part)
    assert raw == file.get_payload(decode=True)
    assert (part.get_content_charset(), file.get_filename()) == ("utf-8", name)
    calendar = vobject.readOne(raw.decode())
    assert part.get_param("method") == calendar.method.value
    assert raw.count(b"\n") == raw.count(b"\r\n")
    return calendar
