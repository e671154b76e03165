"""SES reports of mails that bounced or were marked as spam; EventBridge puts them into the mail queue.

Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (the same record as `detail`)
"""

from collections.abc import Mapping
from typing import Any


def find_bounced(message: Mapping[str, Any]) -> list[str] | None:
    """The addresses that bounce permanently or complain; None if the message is about something else."""
    match message.get("detail"):
        case {"eventType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": recipients}}:
            # A mailbox or server that is temporarily unavailable may accept the next mail.
            return _addresses(recipients) if kind == "Permanent" else []
        case {"eventType": "Complaint", "complaint": {"complainedRecipients": recipients}}:
            return _addresses(recipients)
    return None


def _addresses(recipients: Any) -> list[str]:
    """The addresses without the name that SES may add: Ola <ola@example.com>."""
    found = [str(each["emailAddress"]) for each in recipients]
    return [address.rpartition("<")[2].rstrip(">").strip() for address in found]
