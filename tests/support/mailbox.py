"""The mails of a test: the outbox is delivered into the test's folder and read back."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from functions.mail.handler import handler
from shared.kit.settings import settings


@dataclass(frozen=True)
class Mail:
    to: str
    sender: str
    subject: str
    text: str
    html: str

    @property
    def token(self) -> str:
        """The token in the mail's link."""
        found = re.search(r"token=([0-9a-f]+)\r?$", self.text, re.MULTILINE)
        assert found, self.text
        return found[1]


def delivered(to: str = "") -> list[Mail]:
    """Send what is due; every mail to an address (to all if it is empty) so far, oldest first."""
    handler({}, None)
    folder = Path(urlsplit(settings().mail_url).path)
    mails = [read_mail(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in mails if not to or mail.to == to]


def read_mail(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert html
    return Mail(message["To"], message["From"], message["Subject"], text.get_content(), html.get_content())
