"""Statements about attachments, from the ticket for an upload until their files are deleted."""

from typing import NamedTuple
from uuid import UUID

from shared.data.attachments import FACTS
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, compose


class NewAttachment(NamedTuple):
    """The id of the added attachment, None if nothing can be sent in the conversation."""

    id: UUID | None


ADD_ATTACHMENT = Query(
    NewAttachment,
    """
WITH membership AS (
    SELECT m.conversation_id, m.user_id, c.is_blocked
    FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id
    WHERE m.conversation_id = %(conversation_id)s AND m.user_id = %(user_id)s
), added AS (
    INSERT INTO attachments (conversation_id, created_by, name, size)
    SELECT conversation_id, user_id, %(name)s, %(size)s FROM membership WHERE NOT is_blocked
    RETURNING id
)
SELECT (SELECT id FROM added) AS id FROM membership
""",
)


def add_attachment(conversation_id: UUID, user_id: UUID, name: str, size: int) -> NewAttachment | None:
    """Add an attachment that is not uploaded yet; None for users who are not members of the conversation."""
    values = {"conversation_id": conversation_id, "user_id": user_id, "name": name, "size": size}
    with connection() as db:
        return ADD_ATTACHMENT.one(db, values)


class Ticket(NamedTuple):
    """An author's attachment; `facts` is JSON once it was checked."""

    id: UUID
    name: str
    facts: str | None


# The key is recorded before a file of that name exists, so that no file is forgotten.
CLAIM_UPLOAD = Query(
    Ticket,
    compose(
        """
UPDATE attachments a SET file_key = CASE WHEN completed_at IS NULL THEN %(key)s ELSE file_key END
WHERE id = %(id)s AND created_by = %(user_id)s AND conversation_id IS NOT NULL AND removed_at IS NULL
RETURNING id, name, CASE WHEN completed_at IS NOT NULL THEN {facts}::text END AS facts
""",
        facts=FACTS,
    ),
)


def claim_upload(attachment_id: UUID, user_id: UUID, key: str) -> Ticket | None:
    """Record the key for an upload's checked file, unless it was checked already. None if it is not the user's."""
    with connection() as db:
        return CLAIM_UPLOAD.one(db, {"id": attachment_id, "user_id": user_id, "key": key})


class CheckedFile(NamedTuple):
    """What the check of an upload found; `key` as it was claimed."""

    id: UUID
    key: str
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    has_thumbnail: bool


COMPLETE = Query(
    str,
    compose(
        """
UPDATE attachments a SET file_key = %(key)s, name = %(name)s, content_type = %(content_type)s, size = %(size)s,
    width = %(width)s, height = %(height)s, has_thumbnail = %(has_thumbnail)s, completed_at = now()
WHERE id = %(id)s AND completed_at IS NULL AND created_by IS NOT NULL
RETURNING {facts}::text
""",
        facts=FACTS,
    ),
)


def complete(checked: CheckedFile) -> str | None:
    """Make an attachment available to messages; its facts as JSON, None if already checked or gone."""
    with connection() as db:
        return COMPLETE.one(db, checked._asdict())


class KeptFile(NamedTuple):
    """A checked file that a member can fetch."""

    file_key: str
    name: str
    content_type: str
    has_thumbnail: bool


# Until a message names it, only its author may fetch it.
FIND_FOR_VIEWER = Query(
    KeptFile,
    """
SELECT a.file_key, a.name, a.content_type, a.has_thumbnail FROM attachments a
JOIN conversation_members m ON m.conversation_id = a.conversation_id AND m.user_id = %(viewer_id)s
JOIN users u ON u.id = m.user_id AND u.suspended_at IS NULL
WHERE a.id = %(id)s AND a.completed_at IS NOT NULL AND a.removed_at IS NULL AND a.created_by IS NOT NULL
  AND (a.message_id IS NOT NULL OR a.created_by = m.user_id)
""",
)


def find_for_viewer(attachment_id: UUID, viewer_id: UUID) -> KeptFile | None:
    with connection() as db:
        return FIND_FOR_VIEWER.one(db, {"id": attachment_id, "viewer_id": viewer_id})


class UnwantedFile(NamedTuple):
    """An attachment whose files are to be deleted; the key is that of its checked file."""

    id: UUID
    file_key: str | None


LOCK_UNWANTED = Query(
    UnwantedFile,
    """
SELECT id, file_key FROM attachments
WHERE (message_id IS NULL OR removed_at IS NOT NULL OR conversation_id IS NULL OR created_by IS NULL)
  AND (created_at < now() - interval '1 day' OR removed_at IS NOT NULL OR conversation_id IS NULL OR created_by IS NULL)
ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
""",
)
DELETE_ATTACHMENTS = Command("DELETE FROM attachments WHERE id = ANY(%s)")


def lock_unwanted(db: PooledConnection, most: int) -> list[UnwantedFile]:
    """Lock attachments that no message named within a day, or whose message, conversation or account is gone."""
    return LOCK_UNWANTED.all(db, (most,))


def delete_attachments(db: PooledConnection, ids: list[UUID]) -> None:
    DELETE_ATTACHMENTS.run(db, (ids,))
