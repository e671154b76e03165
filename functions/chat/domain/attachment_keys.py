"""Storage keys of attachments' files: uploaded ones are kept apart from checked ones."""

import secrets
from uuid import UUID


def upload_key(attachment_id: UUID) -> str:
    """The key to which a ticket's form uploads; nothing is served from there."""
    return f"uploads/{attachment_id}"


def new_file_key(attachment_id: UUID) -> str:
    """A new key for a checked file; every check uses its own, so that none overwrites another's."""
    return f"files/{attachment_id}-{secrets.token_hex(8)}"


def thumbnail_key(file_key: str) -> str:
    return f"{file_key}.webp"
