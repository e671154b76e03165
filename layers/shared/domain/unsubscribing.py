"""Unsubscribe links in mails, which work without signing in (RFC 8058).

They contain the account and the topic, signed with the key that signs tokens; nothing is stored about them. After a key
rotation they work until the next one.
"""

import hashlib
import hmac
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.domain.topics import TOPICS, Topic
from shared.kit.security.signing_keys import keys

SIGNATURE_DIGITS = 32


class VoidLink(Exception):
    """The link is not one of ours, or its signing key is no longer known."""


def unsubscribe_link(user_id: UUID, topic: Topic) -> str | None:
    """None if no public address of this platform is configured.

    Raises shared.kit.security.signing_keys.WeakSecret or shared.kit.errors.Unavailable.
    """
    address = platform_settings().public_url or platform_settings().server_url
    if not address:
        return None
    token = f"{user_id.hex}-{topic}-{_signature(next(keys()), user_id, topic)}"
    return f"{address}/api/notification/unsubscribe/{token}/"


def read_token(token: str) -> tuple[UUID, Topic]:
    """The account and the topic of a link. Raises VoidLink, and what `unsubscribe_link` raises."""
    digits, _, rest = token.partition("-")
    name, _, signature = rest.partition("-")
    topic = next((each for each in TOPICS if each == name), None)
    try:
        user_id = UUID(digits)
    except ValueError:
        raise VoidLink from None
    if topic is None or not signature.isascii():
        raise VoidLink
    if not any(hmac.compare_digest(signature, _signature(key, user_id, topic)) for key in keys()):
        raise VoidLink
    return user_id, topic


def _signature(key: str, user_id: UUID, topic: Topic) -> str:
    signed = f"unsubscribe {user_id} {topic}"
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()[:SIGNATURE_DIGITS]
