"""Statements that read bookings that belong together for decisions: of a weekly series, or of one session."""

from uuid import UUID

from functions.bookings.data.lookups import BOOKING
from functions.bookings.domain.booking import LockedBooking
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, compose

FIND_SERIES = Query(
    LockedBooking, compose("{booking} WHERE b.series_id = %s ORDER BY b.starts_at, b.id", booking=BOOKING)
)
FIND_SEATS = Query(LockedBooking, compose("{booking} WHERE b.session_id = %s ORDER BY b.id", booking=BOOKING))


def find_series(db: PooledConnection, series_id: UUID) -> list[LockedBooking]:
    """The bookings of a series, ordered by time."""
    return FIND_SERIES.all(db, (series_id,))


def find_seats(db: PooledConnection, session_id: int) -> list[LockedBooking]:
    """All bookings of a session, in any state, ordered by id."""
    return FIND_SEATS.all(db, (session_id,))
