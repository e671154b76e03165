"""Cancelling a weekly series, as a whole or from one session on, in one transaction."""

from collections.abc import Iterable
from uuid import UUID

from functions.bookings.actions.cancel import TooLateToCancel, give_up
from functions.bookings.actions.pace import check_pace
from functions.bookings.data.series import find_series
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.commands import SeriesCancellation
from functions.bookings.domain.errors import WrongState
from functions.bookings.domain.transitions import CANCEL, Actor, Role
from shared.data.locking import lock_all
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import REQUIRED

NOT_IN_SERIES = "Ta rezerwacja nie należy do tej serii."


def cancel_series(db: PooledConnection, caller_id: UUID, series_id: UUID, command: SeriesCancellation) -> None:
    """Give up the sessions of a series that have not begun: its student until the cut-off of each, or its tutor.

    All of them or none. Raises NotFound, FieldErrors, WrongState, TooLateToCancel or Throttled.
    """
    series, role, locked = _lock_series(db, series_id, caller_id)
    if role == "tutor" and not command.reason:
        raise FieldErrors({"reason": [REQUIRED]})
    wanted = _from(series, command.from_reservation)
    _check(wanted, role)
    if role == "student":
        check_pace(db, caller_id, caller_id, wanted[0].tutor_id)
    actor = Actor(caller_id, role, command.reason)
    for booking in wanted:
        give_up(db, booking, actor, locked, at=wanted[0].now)


def _lock_series(
    db: PooledConnection, series_id: UUID, caller_id: UUID
) -> tuple[list[LockedBooking], Role, frozenset[UUID]]:
    """`lock_booking` for all of a series. Raises NotFound for a series of others."""
    found = find_series(db, series_id)
    role = found[0].role_of(caller_id) if found else None
    if role is None:
        raise NotFound
    locked = lock_all(db, _people(found))
    series = find_series(db, series_id)
    if not series or not locked.issuperset(_people(series)):
        raise ConcurrentUpdate
    return series, role, locked


def _people(series: Iterable[LockedBooking]) -> set[UUID]:
    people = {person for each in series for person in (each.tutor_user_id, each.student_id, *each.waiting)}
    return {person for person in people if person is not None}


def _from(series: list[LockedBooking], first_id: int | None) -> list[LockedBooking]:
    """What can be cancelled of a series from one session on. Raises FieldErrors for one that is not of it."""
    first = series[0] if first_id is None else next((each for each in series if each.id == first_id), None)
    if first is None:
        raise FieldErrors({"from_reservation": [NOT_IN_SERIES]})
    begin = max(first.now, first.starts_at)
    return [each for each in series if each.starts_at >= begin and CANCEL.leads_from(each.state, each.awaiting)]


def _check(wanted: list[LockedBooking], role: Role) -> None:
    if not wanted:
        raise WrongState
    if role == "student" and any(each.state == "confirmed" and each.now > each.changeable_until for each in wanted):
        raise TooLateToCancel
