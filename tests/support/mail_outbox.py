"""The outbox of mails, and runs of the mail function."""

from functions.mail.handler import handler
from tests.support.people import query
from tests.support.races import at_once
from tests.support.smtp_server import smtp_server

UNSENT = """
SELECT recipient, attempts, round(extract(epoch FROM due_at - now())) FROM mail_outbox WHERE sent_at IS NULL ORDER BY id
"""


def deliver() -> int:
    """One run of the mail function; how many mails it sent."""
    sent: int = handler({}, None)["sent"]
    return sent


def queue(*recipients: str) -> None:
    """Accounts that wait for their confirmation mails."""
    for recipient in recipients:
        query("INSERT INTO users (email, password_hash) VALUES (%s, '!')", recipient)
        query("INSERT INTO mail_outbox (kind, recipient) VALUES ('confirm_email', %s)", recipient)


def make_all_due() -> None:
    """Let the time until the next attempt of every mail pass."""
    query("UPDATE mail_outbox SET due_at = now() WHERE sent_at IS NULL")


def send_all_at_once(port: int, workers: int) -> list[str]:
    """Who got mails from so many workers at once, each as often as it did."""
    with smtp_server(port) as postbox:
        at_once(*[deliver] * workers)
    return sorted(postbox.recipients)
