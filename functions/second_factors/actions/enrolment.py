"""Adding the first factor by a link from the operator, without being signed in."""

from typing import Any

from functions.second_factors.actions import authenticator_app, passkeys
from functions.second_factors.actions.authenticator_app import NewApp
from functions.second_factors.data import tickets
from functions.second_factors.data.factors import Owner, lock_owner
from functions.second_factors.data.tickets import Ticket
from functions.second_factors.domain.errors import EnrolmentExpired
from functions.second_factors.domain.passkeys import GivenPasskey
from functions.second_factors.domain.relying_party import RelyingParty
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import transaction


def begin_enrolment(ticket: str) -> NewApp:
    """Start adding an app. Raises EnrolmentExpired or shared.kit.errors.Unavailable."""
    with transaction() as db:
        found, owner = _find_owner(db, ticket)
        return authenticator_app.begin(db, found.user_id, owner.email)


def confirm_enrolment(ticket: str, password: str) -> list[str]:
    """Activate the app being added with a password it shows, sign out all devices and use up the link.

    Raises EnrolmentExpired, NothingToConfirm, WrongCode or shared.kit.errors.Unavailable.
    """
    with transaction() as db:
        found, owner = _find_owner(db, ticket)
        added = authenticator_app.confirm(db, found.user_id, owner.email, password, but=None)
        tickets.use_ticket(db, ticket)
    return added.follow()


def begin_passkey_enrolment(ticket: str, party: RelyingParty) -> dict[str, Any]:
    """The options for creating a passkey. Raises EnrolmentExpired."""
    with transaction() as db:
        found, owner = _find_owner(db, ticket)
        return passkeys.begin(db, found.user_id, owner.email, party)


def confirm_passkey_enrolment(ticket: str, made: GivenPasskey, name: str) -> list[str]:
    """Activate the passkey that a browser created, sign out all devices and use up the link.

    Raises EnrolmentExpired, WrongPasskey or PasskeyAlreadyAdded.
    """
    with transaction() as db:
        found, _owner = _find_owner(db, ticket)
        new = passkeys.take_new(db, found.user_id, made)
    with transaction() as db:
        found, owner = _find_owner(db, ticket)
        added = passkeys.confirm(db, found.user_id, owner.email, new, name, but=None)
        tickets.use_ticket(db, ticket)
    return added.follow()


def _find_owner(db: PooledConnection, ticket: str) -> tuple[Ticket, Owner]:
    found = tickets.find_ticket(db, ticket, "enrol")
    owner = lock_owner(db, found.user_id) if found else None
    if found is None or owner is None or owner.has_second_factor:
        raise EnrolmentExpired
    return found, owner
