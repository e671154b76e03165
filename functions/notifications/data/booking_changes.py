"""Statements about changes of bookings, whose table is an outbox: they wait there until they are dispatched."""

from shared.data.bookings import LIST_CHANGES_OF_GROUPS, LIST_CHANGES_OF_SERIES, SELECT_CHANGES, BookingChange
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, compose

# Dispatchers wait for each other at the change that waits longest, so each booking's changes are dispatched in their
# order; a change that was dispatched meanwhile is passed over.
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
    """The changes that were made together with the first ones of series, these among them, in order of time."""
    return LIST_CHANGES_OF_SERIES.all(db, (first_ids,))


def list_of_groups(db: PooledConnection, first_ids: list[int]) -> list[BookingChange]:
    """The changes that befell groups at once, from the first ones, in order of time."""
    return LIST_CHANGES_OF_GROUPS.all(db, (first_ids,))


MARK_DISPATCHED = Command("UPDATE booking_changes SET dispatched_at = now() WHERE id = ANY(%s)")


def mark_dispatched(db: PooledConnection, change_ids: list[int]) -> None:
    MARK_DISPATCHED.run(db, (change_ids,))
