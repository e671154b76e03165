"""Attachments of messages, and the addresses at which members fetch them.

An address is signed for one viewer. Its signature is in the path and the file's name comes last, because clients
recognize pictures by the extension. Its expiry is rounded up, so that it stays the same for a day.
"""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.kit.security.signing_keys import keys, signing_key

ATTACHMENT_PATH = "/media/chat/"
# Seconds for which an address stays the same; it works for one to two times as long again.
SAME_SECONDS = 24 * 60 * 60
# A prefix that nothing else signed with this key has.
PURPOSE = b"attachment address\0"
SIGNATURE_BYTES = 16
ID_BYTES, EXPIRY_BYTES = 16, 8
FACTS_BYTES = 2 * ID_BYTES + EXPIRY_BYTES + 1


class Attachment(NamedTuple):
    """A file that was checked. `size` is in bytes; `width` and `height` are in pixels and set for pictures only.

    `created_at` is in seconds since 1970. The fields have the order of `shared.data.attachments.FACTS`.
    """

    id: str
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    has_thumbnail: bool
    created_at: int


class BadAddress(Exception):
    """The address is not one of ours, was altered, or has expired."""


class Addressed(NamedTuple):
    """What a signed address points to, and the viewer it was made for."""

    attachment_id: UUID
    viewer_id: UUID
    is_thumbnail: bool


def read_attachments(text: str | None) -> tuple[Attachment, ...]:
    """Read JSON as `shared.data.attachments.OF_MESSAGE` selects it; NULL gives no attachments."""
    return tuple(Attachment(*each) for each in json.loads(text)) if text else ()


def attachment_item(attachment: Attachment, viewer_id: UUID | str) -> dict[str, Any]:
    """An attachment as JSON for clients of our own protocols."""
    return {
        "id": attachment.id,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "width": attachment.width,
        "height": attachment.height,
        "url": attachment_address(attachment, viewer_id),
        "thumbnail": attachment_address(attachment, viewer_id, thumbnail=True) if attachment.has_thumbnail else None,
    }


def attachment_address(
    attachment: Attachment, viewer_id: UUID | str, *, thumbnail: bool = False, now: float | None = None
) -> str:
    """The address of an attachment for one member: on PUBLIC_URL, or a path on this host.

    Raises shared.kit.security.signing_keys.WeakSecret or shared.kit.errors.Unavailable.
    """
    age = max(0, int(time.time() if now is None else now) - attachment.created_at)
    expires_at = attachment.created_at + (age // SAME_SECONDS + 2) * SAME_SECONDS
    facts = _packed(UUID(attachment.id), UUID(str(viewer_id)), expires_at, is_thumbnail=thumbnail)
    signed = urlsafe_b64encode(facts + _signature(signing_key(), facts)).decode().rstrip("=")
    name = f"{PurePosixPath(attachment.name).stem}.webp" if thumbnail else attachment.name
    return f"{platform_settings().public_url}{ATTACHMENT_PATH}{signed}/{quote(name, safe='')}"


def read_address(signed: str) -> Addressed:
    """Read the signed part of an address. Raises BadAddress."""
    try:
        raw = urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
    except ValueError:
        raise BadAddress from None
    facts, signature = raw[:FACTS_BYTES], raw[FACTS_BYTES:]
    if len(facts) < FACTS_BYTES or not any(hmac.compare_digest(_signature(key, facts), signature) for key in keys()):
        raise BadAddress
    ids, rest = facts[: 2 * ID_BYTES], facts[2 * ID_BYTES :]
    if int.from_bytes(rest[:EXPIRY_BYTES]) < time.time():
        raise BadAddress
    return Addressed(UUID(bytes=ids[:ID_BYTES]), UUID(bytes=ids[ID_BYTES:]), is_thumbnail=bool(rest[-1]))


def _packed(attachment_id: UUID, viewer_id: UUID, expires_at: int, *, is_thumbnail: bool) -> bytes:
    return attachment_id.bytes + viewer_id.bytes + expires_at.to_bytes(EXPIRY_BYTES) + bytes([is_thumbnail])


def _signature(key: str, facts: bytes) -> bytes:
    return hmac.digest(key.encode(), PURPOSE + facts, "sha256")[:SIGNATURE_BYTES]
