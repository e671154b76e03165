"""The steps common to every booking change: lock its users first, and compare-and-swap its state last."""

from datetime import datetime
from uuid import UUID

from functions.bookings.data import lookups, repository
from functions.bookings.domain.booking import LockedBooking
from functions.bookings.domain.errors import WrongState
from functions.bookings.domain.transitions import Actor, Role, Transition
from shared.data.locking import lock_all
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate
from shared.kit.errors import NotFound


def lock_booking(
    db: PooledConnection, booking_id: int, caller_id: UUID, *, members: bool = False
) -> tuple[LockedBooking, Role, frozenset[UUID]]:
    """Lock a booking's tutor, student and first waiting students.

    Returns the booking as it is under the locks, the caller's role and the locked users.
    With `members`, also lock every student with a seat in the session. Raises NotFound for other users' bookings.
    """
    found = lookups.find_booking(db, booking_id)
    role = found and found.role_of(caller_id)
    if not found or not role:
        raise NotFound
    locked = lock_people_of(db, found, members=members)
    booking = lookups.find_booking(db, booking_id)
    if booking is None or (members and not locked.issuperset(booking.members)):
        raise ConcurrentUpdate
    return booking, role, locked


def lock_booking_as(db: PooledConnection, booking_id: int, caller_id: UUID, role: Role) -> LockedBooking:
    """`lock_booking` for actions of one side. Raises NotFound for the other side too."""
    booking, role_of_caller, _locked = lock_booking(db, booking_id, caller_id)
    if role_of_caller != role:
        raise NotFound
    return booking


def lock_people_of(db: PooledConnection, booking: LockedBooking, *, members: bool = False) -> frozenset[UUID]:
    """Lock a booking's tutor, student and first waiting students; with `members`, also every student with a seat."""
    more = booking.members if members else []
    return lock_all(db, (booking.tutor_user_id, booking.student_id, *booking.waiting, *more))


def check_transition(booking: LockedBooking, transition: Transition) -> None:
    """Raises WrongState if the transition does not start from the booking's state."""
    if not transition.leads_from(booking.state, booking.awaiting):
        raise WrongState


def apply_transition(
    db: PooledConnection,
    booking: LockedBooking,
    transition: Transition,
    actor: Actor,
    *,
    at: datetime | None = None,
) -> None:
    """Apply a transition. Raises ConcurrentUpdate if the booking has changed state meanwhile."""
    if not repository.change_state(db, booking, transition, actor, at=at):
        raise ConcurrentUpdate
