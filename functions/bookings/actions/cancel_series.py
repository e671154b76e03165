"""Cancelling a weekly series, as a whole or from one session on, in one transaction."""

from uuid import UUID

from functions.bookings.actions.cancel import TooLateToCancel, give_up
from functions.bookings.actions.locked_series import lock_series, sessions_from
from functions.bookings.actions.pace import check_pace
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.commands import SeriesCancellation
from functions.bookings.domain.errors import WrongState
from functions.bookings.domain.transitions import CANCEL, Actor, Role
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import FieldErrors
from shared.kit.http.fields import REQUIRED


def cancel_series(db: PooledConnection, caller_id: UUID, series_id: UUID, command: SeriesCancellation) -> None:
    """Cancel the sessions of a series that have not begun: its student until the cut-off of each, or its tutor.

    Either all are cancelled or none. Raises NotFound, FieldErrors, WrongState, TooLateToCancel or Throttled.
    """
    series, role, locked = lock_series(db, series_id, caller_id)
    if role == "tutor" and not command.reason:
        raise FieldErrors({"reason": [REQUIRED]})
    wanted = sessions_from(series, command.from_reservation, CANCEL.before)
    _check(wanted, role)
    if role == "student":
        check_pace(db, caller_id, caller_id, wanted[0].tutor_id)
    actor = Actor(caller_id, role, command.reason)
    for booking in wanted:
        give_up(db, booking, actor, locked, at=wanted[0].now)


def _check(wanted: list[LockedBooking], role: Role) -> None:
    if not wanted:
        raise WrongState
    if role == "student" and any(each.state == "confirmed" and each.now > each.changeable_until for each in wanted):
        raise TooLateToCancel
