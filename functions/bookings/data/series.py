"""Statements that read the bookings of a weekly series for decisions."""

from uuid import UUID

from functions.bookings.data.lookups import BOOKING
from functions.bookings.domain.booking import LockedBooking
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, compose

FIND_SERIES = Query(
    LockedBooking, compose("{booking} WHERE b.series_id = %s ORDER BY b.starts_at, b.id", booking=BOOKING)
)


def find_series(db: PooledConnection, series_id: UUID) -> list[LockedBooking]:
    """The bookings of a series, in order of time."""
    return FIND_SERIES.all(db, (series_id,))
