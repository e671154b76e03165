"""A sent mail, read back."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage


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


def read_mail(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert html
    return Mail(message["To"], message["From"], message["Subject"], text.get_content(), html.get_content())
