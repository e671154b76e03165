"""The mails of a test: the outbox is delivered into the test's folder and read back."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from functions.mail.handler import handler
from shared.kit.settings import settings
from tools.cloud.mail import Mail, read_mail


def delivered(to: str = "") -> list[Mail]:
    """Send what is due; every mail to an address (to all if it is empty) so far, oldest first."""
    handler({}, None)
    folder = Path(urlsplit(settings().mail_url).path)
    mails = [_read(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]
    return [mail for mail in mails if not to or mail.to == to]


# A mail does not change, and a test may look for its mails often.
_read = lru_cache(maxsize=64)(read_mail)
