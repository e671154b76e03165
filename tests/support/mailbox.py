"""A test's mails: delivers the outbox into the test's folder and reads it."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from functions.mail.handler import handler
from shared.kit.settings import settings
from tools.cloud.mail import Mail, read_mail


def delivered(to: str = "") -> list[Mail]:
    """Send due mails; returns all mails to an address so far (to any if it is empty), oldest first."""
    handler({}, None)
    folder = Path(urlsplit(settings().mail_url).path)
    mails = [_read(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in mails if not to or mail.to == to]


# Cached: a mail never changes, and tests read their mails often.
_read = lru_cache(maxsize=64)(read_mail)
