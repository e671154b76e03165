"""The first step of changing several bookings together: locking all users in their sessions."""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from functions.bookings.data.series import find_series
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.transitions import Role, State
from shared.data.locking import lock_all
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate
from shared.kit.errors import FieldErrors, NotFound

NOT_IN_SERIES = "Ta rezerwacja nie należy do tej serii."


def lock_series(
    db: PooledConnection, series_id: UUID, caller_id: UUID
) -> tuple[list[LockedBooking], Role, frozenset[UUID]]:
    """Lock a series as `lock_booking` with members does, ordered by time. Raises NotFound for other users' series."""
    return lock_together(db, lambda: find_series(db, series_id), caller_id)


def lock_together(
    db: PooledConnection, find: Callable[[], list[LockedBooking]], caller_id: UUID
) -> tuple[list[LockedBooking], Role, frozenset[UUID]]:
    """Lock the bookings that `find` returns in the same way.

    Raises NotFound if there are none or the first is not the caller's.
    """
    found = find()
    role = found[0].role_of(caller_id) if found else None
    if role is None:
        raise NotFound
    locked = lock_all(db, _people(found))
    bookings = find()
    if not bookings or not locked.issuperset(_people(bookings)):
        raise ConcurrentUpdate
    return bookings, role, locked


def _people(series: Iterable[LockedBooking]) -> set[UUID]:
    people = {p for each in series for p in (each.tutor_user_id, each.student_id, *each.waiting, *each.members)}
    return {person for person in people if person is not None}


def sessions_from(series: list[LockedBooking], first_id: int | None, states: Collection[State]) -> list[LockedBooking]:
    """The sessions from one on that have not begun and are in one of some states.

    Raises FieldErrors if `first_id` is not in the series.
    """
    first = series[0] if first_id is None else next((each for each in series if each.id == first_id), None)
    if first is None:
        raise FieldErrors({"from_reservation": [NOT_IN_SERIES]})
    begin = max(first.now, first.starts_at)
    return [each for each in series if each.starts_at >= begin and each.state in states]
