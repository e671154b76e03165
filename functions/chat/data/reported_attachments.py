"""Statements about attachments of reported messages, which staff may open."""

from typing import NamedTuple
from uuid import UUID

from functions.chat.data.attachments import KeptFile
from shared.data.attachments import FACTS
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Query, compose


class ReportedAttachment(NamedTuple):
    """An attachment of a reported message; `facts` as JSON."""

    author_id: UUID
    facts: str


FIND = Query(
    ReportedAttachment,
    compose(
        """
SELECT a.created_by AS author_id, json_build_array({facts})::text AS facts FROM reports r
JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq = r.seq
JOIN attachments a ON a.message_id = m.id AND a.conversation_id = m.conversation_id
WHERE r.id = %(report_id)s AND a.id = %(id)s AND a.removed_at IS NULL AND a.created_by IS NOT NULL
""",
        facts=FACTS,
    ),
)
# Staff may only read attachments that, according to the audit trail, they have opened.
FIND_OPENED = Query(
    KeptFile,
    """
SELECT a.file_key, a.name, a.content_type, a.has_thumbnail FROM attachments a
JOIN users u ON u.id = %(viewer_id)s AND u.is_staff AND u.suspended_at IS NULL
WHERE a.id = %(id)s AND a.completed_at IS NOT NULL AND a.removed_at IS NULL AND a.created_by IS NOT NULL
  AND EXISTS (SELECT FROM staff_actions s WHERE s.actor_id = u.id AND s.action = 'open_attachment'
      AND s.subject = 'attachment ' || a.id AND s.at > now() - interval '1 hour')
""",
)


def find(db: PooledConnection, report_id: int, attachment_id: UUID) -> ReportedAttachment | None:
    """An attachment of the reported message itself, not of those around it."""
    return FIND.one(db, {"report_id": report_id, "id": attachment_id})


def find_opened(attachment_id: UUID, viewer_id: UUID) -> KeptFile | None:
    """A file that a member of staff opened within the last hour."""
    with connection() as db:
        return FIND_OPENED.one(db, {"id": attachment_id, "viewer_id": viewer_id})
