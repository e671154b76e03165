"""Finding the file that a signed address leads to."""

from pathlib import Path
from typing import NamedTuple

from functions.chat.data import attachments, reported_attachments
from functions.chat.domain.attachment_errors import AttachmentNotFound
from functions.chat.domain.attachment_keys import thumbnail_key
from functions.chat.domain.attachment_names import disposition
from shared.domain.attachments import BadAddress, read_address
from shared.kit.private_storage import private_storage


class Fetched(NamedTuple):
    """Where a file is, as a URL or a local file, and its response headers."""

    place: str | Path
    content_type: str
    disposition: str


def fetch_attachment(signed: str, *, bodiless: bool) -> Fetched:
    """The file behind a signed URL, as long as its viewer may see it; `bodiless` returns only the metadata.

    Raises AttachmentNotFound, or the errors of shared.kit.security.signing_keys.keys.
    """
    try:
        address = read_address(signed)
    except BadAddress:
        raise AttachmentNotFound from None
    found = attachments.find_for_viewer(address.attachment_id, address.viewer_id) or reported_attachments.find_opened(
        address.attachment_id, address.viewer_id
    )
    if found is None or (address.is_thumbnail and not found.has_thumbnail):
        raise AttachmentNotFound
    key = thumbnail_key(found.file_key) if address.is_thumbnail else found.file_key
    place = private_storage().locate(key, bodiless=bodiless)
    if address.is_thumbnail:
        return Fetched(place, "image/webp", "inline")
    return Fetched(place, found.content_type, disposition(found.name, found.content_type))
