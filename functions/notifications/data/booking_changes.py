"""Statements about changes of bookings, whose table is an outbox: they wait there until they are dispatched."""

from shared.data.bookings import LIST_CHANGES_OF_GROUPS, LIST_CHANGES_OF_SERIES, SELECT_CHANGES, BookingChange
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose

# Every dispatcher waits for the lock on the oldest waiting change, so that each booking's changes are dispatched in
# order; a change that another has dispatched meanwhile is skipped.
CLAIM_UNDISPATCHED = Query(
    BookingChange,
    compose(
        "{select} WHERE c.dispatched_at IS NULL ORDER BY c.id LIMIT %s FOR NO KEY UPDATE OF c", select=SELECT_CHANGES
    ),
)


def claim_undispatched(db: PooledConnection, most: int) -> list[BookingChange]:
    """Claim the oldest waiting changes for this transaction."""
    return CLAIM_UNDISPATCHED.all(db, (most,))


def list_of_series(db: PooledConnection, first_ids: list[int]) -> list[BookingChange]:
    """All changes made together with the given first changes of series, including those, in order of time."""
    return LIST_CHANGES_OF_SERIES.all(db, (first_ids,))


def list_of_groups(db: PooledConnection, first_ids: list[int]) -> list[BookingChange]:
    """All changes of a whole group at once, starting with the given first changes, in order of time."""
    return LIST_CHANGES_OF_GROUPS.all(db, (first_ids,))


MARK_DISPATCHED = Command("UPDATE booking_changes SET dispatched_at = now() WHERE id = ANY(%s)")


def mark_dispatched(db: PooledConnection, change_ids: list[int]) -> None:
    MARK_DISPATCHED.run(db, (change_ids,))
