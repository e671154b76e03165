"""Opening an attachment of a reported message, as staff."""

from uuid import UUID

from functions.chat.data import reported_attachments
from functions.chat.domain.attachment_errors import AttachmentNotFound
from shared.data.staff_actions import Grounds, record_action
from shared.domain.attachments import Attachment, read_attachments
from shared.kit.db.transactions import transaction


def open_attachment(staff_id: UUID, report_id: int, attachment_id: UUID, reason: str) -> Attachment:
    """Let a member of staff read an attachment for an hour, and record that in the audit trail.

    Raises AttachmentNotFound.
    """
    with transaction() as db:
        found = reported_attachments.find(db, report_id, attachment_id)
        if found is None:
            raise AttachmentNotFound
        grounds = Grounds(staff_id, reason, f"attachment {attachment_id}")
        record_action(db, "open_attachment", found.author_id, grounds)
    [attachment] = read_attachments(found.facts)
    return attachment
