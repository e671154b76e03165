"""The outbox of mails, and runs of the mail function."""

from functions.mail.handler import handler
from tests.support.people import query
from tests.support.races import at_once
from tests.support.smtp_server import smtp_server

UNSENT = """
SELECT recipient, attempts, round(extract(epoch FROM due_at - now())) FROM mail_outbox WHERE sent_at IS NULL ORDER BY id
"""


def deliver() -> int:
    """Run the mail function once; returns how many mails it sent."""
    sent: int = handler({}, None)["sent"]
    return sent


def queue(*recipients: str) -> None:
    """Add accounts whose confirmation mails are queued."""
    for recipient in recipients:
        query("INSERT INTO users (email, password_hash) VALUES (%s, '!')", recipient)
        query("INSERT INTO mail_outbox (kind, recipient) VALUES ('confirm_email', %s)", recipient)


def make_all_due() -> None:
    """Make the next attempt of every unsent mail due now."""
    query("UPDATE mail_outbox SET due_at = now() WHERE sent_at IS NULL")


def send_all_at_once(port: int, workers: int) -> list[str]:
    """Run several workers at once; returns the recipient of every mail sent."""
    with smtp_server(port) as postbox:
        at_once(*[deliver] * workers)
    return sorted(postbox.recipients)
