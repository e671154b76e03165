"""Actions of staff on accounts."""

from collections.abc import Callable
from uuid import UUID

from functions.staff import repository
from shared.data.staff_actions import Grounds
from shared.domain import suspension
from shared.domain.suspension import AccountNotFound, Consequences
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import run_transaction
from shared.kit.errors import NotFound

Sanction = Callable[[PooledConnection, UUID, Grounds], Consequences]


def suspend(staff_id: UUID, person_id: UUID, reason: str) -> str:
    """Suspend an account; returns it as JSON text. Raises NotFound or StaffAccount."""
    return _apply(suspension.suspend, person_id, Grounds(staff_id, reason))


def lift(staff_id: UUID, person_id: UUID, reason: str) -> str:
    """Lift the suspension; returns the account as JSON text. Raises NotFound or StaffAccount."""
    return _apply(suspension.lift, person_id, Grounds(staff_id, reason))


def revoke_sessions(staff_id: UUID, person_id: UUID, reason: str) -> str:
    """Sign an account, even a staff one, out everywhere; returns it as JSON text. Raises NotFound."""
    return _apply(suspension.revoke_sessions, person_id, Grounds(staff_id, reason))


def _apply(sanction: Sanction, person_id: UUID, grounds: Grounds) -> str:
    try:
        consequences = run_transaction(lambda db: sanction(db, person_id, grounds))
    except AccountNotFound:
        raise NotFound from None
    consequences.follow()
    return get_person(person_id)


def get_person(person_id: UUID) -> str:
    """An account as JSON text. Raises NotFound."""
    found = repository.find_person(person_id)
    if found is None:
        raise NotFound
    return found
