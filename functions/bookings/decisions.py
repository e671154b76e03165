"""Decisions on bookings: one transaction, everybody concerned locked, the database's clock."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from psycopg.errors import DeadlockDetected, SerializationFailure

from functions.bookings import repository
from functions.bookings.repository import Booking
from functions.bookings.states import Actor, Role, Step
from shared.data.locking import lock_all
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound, Unavailable

T = TypeVar("T")
ATTEMPTS = 3


class Moved(Exception):
    """What was read before the locks were had is no longer so."""


def decide(act: Callable[[PooledConnection], T]) -> T:
    """Run a decision in a transaction of its own, again if another one came in between. Raises Unavailable."""
    for _attempt in range(ATTEMPTS):
        try:
            with transaction() as db:
                return act(db)
        except (Moved, DeadlockDetected, SerializationFailure):
            continue
    raise Unavailable


def lock_booking(
    db: PooledConnection, booking_id: int, caller_id: UUID, *, members: bool = False
) -> tuple[Booking, Role, frozenset[UUID]]:
    """A booking as it is once its people and the first of its line are locked, the caller's part in it, who is locked.

    With `members` so is everybody who has a seat in the session. Raises NotFound for bookings of others.
    """
    found = repository.find_booking(db, booking_id)
    role = found and found.role_of(caller_id)
    if not found or not role:
        raise NotFound
    locked = lock_parties(db, found, members=members)
    booking = repository.find_booking(db, booking_id)
    if booking is None or (members and not locked.issuperset(booking.members)):
        raise Moved
    return booking, role, locked


def lock_parties(db: PooledConnection, booking: Booking, *, members: bool = False) -> frozenset[UUID]:
    more = booking.members if members else []
    return lock_all(db, (booking.tutor_user_id, booking.student_id, *booking.line, *more))


def take(db: PooledConnection, booking: Booking, step: Step, actor: Actor) -> None:
    """Take a step that leads from the booking's state. Raises Moved if it was taken elsewhere meanwhile."""
    if not repository.change_state(db, booking, step, actor):
        raise Moved
