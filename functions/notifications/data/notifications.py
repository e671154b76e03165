"""Statements about notifications."""

from uuid import UUID

from shared.data.notifications import COLUMNS, Notification
from shared.kit.db.pool import connection
from shared.kit.db.query import Command, Query, compose

LIST = Query(
    Notification,
    compose(
        "SELECT {columns} FROM notifications WHERE user_id = %s ORDER BY id DESC LIMIT %s OFFSET %s",
        columns=COLUMNS,
    ),
)


def list_notifications(user_id: UUID, limit: int, offset: int) -> list[Notification]:
    """Newest first."""
    with connection() as db:
        return LIST.all(db, (user_id, limit, offset))


COUNT = Query(int, "SELECT count(*) FROM notifications WHERE user_id = %s")


def count_notifications(user_id: UUID) -> int:
    with connection() as db:
        return COUNT.get(db, (user_id,))


COUNT_UNREAD = Query(int, "SELECT count(*) FROM notifications WHERE user_id = %s AND NOT is_read")


def count_unread(user_id: UUID) -> int:
    with connection() as db:
        return COUNT_UNREAD.get(db, (user_id,))


MARK = Query(
    Notification,
    compose(
        "UPDATE notifications SET is_read = %s WHERE id = %s AND user_id = %s RETURNING {columns}",
        columns=COLUMNS,
    ),
)


def mark(user_id: UUID, notification_id: int, *, is_read: bool) -> Notification | None:
    """Mark a user's notification; None if it does not exist."""
    with connection() as db:
        return MARK.one(db, (is_read, notification_id, user_id))


# Only notifications visible now: one that arrives meanwhile stays unread.
MARK_ALL_READ = Command("""
UPDATE notifications SET is_read = true WHERE id IN (
    SELECT id FROM notifications WHERE user_id = %s AND NOT is_read ORDER BY id FOR NO KEY UPDATE
)
""")


def mark_all_read(user_id: UUID) -> None:
    with connection() as db:
        MARK_ALL_READ.run(db, (user_id,))


# The oldest have the lowest ids: only these are examined.
DELETE_OLD = Command("""
DELETE FROM notifications WHERE id IN (
    SELECT id FROM (SELECT id, created_at FROM notifications ORDER BY id LIMIT 100) AS oldest
    WHERE created_at < now() - interval '1 year'
)
""")


def delete_old() -> None:
    """Delete the oldest notifications once they are a year old. It runs often, so that none stays for long."""
    with connection() as db:
        DELETE_OLD.run(db)
