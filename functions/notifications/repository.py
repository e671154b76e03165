"""Every statement of the notifications feature."""

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from shared.data.bookings import SELECT_BOOKINGS, SELECT_CHANGES, Booking, BookingChange
from shared.data.notifications import COLUMNS, Notification
from shared.kit.db.pool import PooledConnection, connection

# Tellers wait for each other at the first change in line, so each booking's story is told in its order; a change that
# was told meanwhile is passed over.
CLAIM_UNDISPATCHED = f"{SELECT_CHANGES} WHERE c.dispatched_at IS NULL ORDER BY c.id LIMIT %s FOR NO KEY UPDATE OF c"


def claim_undispatched(db: PooledConnection, most: int) -> list[BookingChange]:
    """The changes that wait longest. They are this transaction's."""
    with db.cursor(row_factory=class_row(BookingChange)) as cursor:
        return cursor.execute(CLAIM_UNDISPATCHED, (most,)).fetchall()


def mark_dispatched(db: PooledConnection, change_ids: list[int]) -> None:
    db.execute("UPDATE booking_changes SET dispatched_at = now() WHERE id = ANY(%s)", (change_ids,))


LIST = f"""
SELECT {COLUMNS} FROM notifications WHERE user_id = %s ORDER BY id DESC LIMIT %s OFFSET %s
"""


def list_notifications(user_id: UUID, limit: int, offset: int) -> list[Notification]:
    """Newest first."""
    with connection() as db, db.cursor(row_factory=class_row(Notification)) as cursor:
        return cursor.execute(LIST, (user_id, limit, offset)).fetchall()


def count_notifications(user_id: UUID) -> int:
    with connection() as db:
        row = db.execute("SELECT count(*) FROM notifications WHERE user_id = %s", (user_id,)).fetchone()
    return int(row[0]) if row else 0


def count_unread(user_id: UUID) -> int:
    with connection() as db:
        counting = "SELECT count(*) FROM notifications WHERE user_id = %s AND NOT is_read"
        row = db.execute(counting, (user_id,)).fetchone()
    return int(row[0]) if row else 0


SET_READ = f"UPDATE notifications SET is_read = %s WHERE id = %s AND user_id = %s RETURNING {COLUMNS}"


def set_read(user_id: UUID, notification_id: int, *, is_read: bool) -> Notification | None:
    with connection() as db, db.cursor(row_factory=class_row(Notification)) as cursor:
        return cursor.execute(SET_READ, (is_read, notification_id, user_id)).fetchone()


# Those that can be seen now: one that comes meanwhile stays unread.
READ_ALL = """
UPDATE notifications SET is_read = true WHERE id IN (
    SELECT id FROM notifications WHERE user_id = %s AND NOT is_read ORDER BY id FOR NO KEY UPDATE
)
"""


def read_all(user_id: UUID) -> None:
    with connection() as db:
        db.execute(READ_ALL, (user_id,))


REPLACE_FEED = """
INSERT INTO calendar_feeds (user_id, token_hash) VALUES (%s, %s)
ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = now()
RETURNING created_at
"""


def replace_feed(user_id: UUID, token_hash: bytes) -> datetime:
    """Make a person's feed, or give it another secret; when that was."""
    with connection() as db:
        [(created_at,)] = db.execute(REPLACE_FEED, (user_id, token_hash)).fetchall()
    return created_at  # type: ignore[no-any-return]  # rows are untyped


def find_feed(user_id: UUID) -> datetime | None:
    """When a person's feed was made."""
    with connection() as db:
        row = db.execute("SELECT created_at FROM calendar_feeds WHERE user_id = %s", (user_id,)).fetchone()
    return row[0] if row else None


def delete_feed(user_id: UUID) -> bool:
    with connection() as db:
        return db.execute("DELETE FROM calendar_feeds WHERE user_id = %s", (user_id,)).rowcount > 0


def find_feed_owner(token_hash: bytes) -> UUID | None:
    with connection() as db:
        row = db.execute("SELECT user_id FROM calendar_feeds WHERE token_hash = %s", (token_hash,)).fetchone()
    return row[0] if row else None


# More than anybody has; if somebody does, the latest are kept. An offer is no date yet.
LIST_CALENDAR = f"""
{SELECT_BOOKINGS}
WHERE b.id IN (
    SELECT id FROM bookings WHERE student_id = %(user_id)s AND starts_at > now() - interval '90 days'
    UNION
    SELECT mine.id FROM bookings mine
    JOIN tutoring_sessions taught ON taught.id = mine.session_id JOIN tutors me ON me.id = taught.tutor_id
    WHERE me.user_id = %(user_id)s AND taught.starts_at > now() - interval '90 days'
)
  AND b.state NOT IN ('cancelled', 'expired') AND b.awaiting IS DISTINCT FROM 'student'
ORDER BY b.starts_at DESC, b.id DESC LIMIT 2000
"""


def list_calendar(user_id: UUID) -> list[Booking]:
    """A person's bookings as student and tutor, of the last 90 days and ahead."""
    with connection() as db, db.cursor(row_factory=class_row(Booking)) as cursor:
        return cursor.execute(LIST_CALENDAR, {"user_id": user_id}).fetchall()
