"""The scheduled function that deletes the files of attachments that are no longer needed."""

from typing import Any

from functions.chat.data import attachments
from functions.chat.domain.attachment_keys import thumbnail_key, upload_key
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.db.transactions import transaction
from shared.kit.private_storage import private_storage

# Rows per transaction; each has at most three files, and S3 deletes at most a thousand per call.
BATCH = 300
MAX_BATCHES = 20


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Delete files before their rows, so that the next run retries if this one fails in between."""
    deleted = 0
    for _ in range(MAX_BATCHES):
        count = _delete_some()
        deleted += count
        if count < BATCH:
            break
    return {"deleted": deleted}


def _delete_some() -> int:
    with transaction() as db:
        unwanted = attachments.lock_unwanted(db, BATCH)
        names = [upload_key(each.id) for each in unwanted]
        for each in unwanted:
            names += [each.file_key, thumbnail_key(each.file_key)] if each.file_key else []
        if unwanted:
            private_storage().delete(*names)
            attachments.delete_attachments(db, [each.id for each in unwanted])
    return len(unwanted)
