"""Messages of the mail queue. They only name mails: the outbox says whether one is to be sent.

Those from EventBridge report bounced mails.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.mail import repository, service
from functions.mail.bounces import find_bounced
from shared.kit.db.integers import MAX_INT64
from shared.kit.observability.log import logger


class UnreadableMessage(Exception):
    """A message that is neither {} nor {"mail_id": a number} nor about bounced mails."""


def send_named(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Send the mail that each message names; returns the ids of messages that failed or cannot be read."""
    return [record["messageId"] for record in records if not _is_done(record)]


def _is_done(record: Mapping[str, Any]) -> bool:
    try:
        message = _read(record["body"])
        if (bounced := find_bounced(message)) is not None:
            repository.mark_bounced(bounced)
            return True
        mail_id = _mail_id(message)
        return (service.deliver() if mail_id is None else service.deliver_one(mail_id)).complete
    except UnreadableMessage as error:
        logger().error("unreadable message", extra={"message_id": record["messageId"], "error": str(error)})
    except Exception:  # noqa: BLE001 - one message must not fail the others
        logger().exception("message failed", extra={"message_id": record["messageId"]})
    return False


def _read(body: str) -> dict[str, Any]:
    """Raises UnreadableMessage."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableMessage("no JSON") from None
    if not isinstance(message, dict):
        raise UnreadableMessage("no object")
    return message


def _mail_id(message: Mapping[str, Any]) -> int | None:
    """The mail a message names; None if it asks for all due ones. Raises UnreadableMessage."""
    match message:
        case {"mail_id": int(mail_id)} if 0 < mail_id <= MAX_INT64 and mail_id is not True:
            return mail_id
        case {"mail_id": _}:
            raise UnreadableMessage("mail_id is no number of a mail")
    return None
