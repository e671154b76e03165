"""The verbs of the terms of booking."""

from typing import Any

from functions.availability import terms_repository
from functions.availability.rule_items import make_rule_items
from shared.domain.auth import AccountGone
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import NotFound

# What decides which items there are.
MAKES_ITEMS = frozenset({"time_zone", "booking_window"})


def get_terms(tutor_id: int) -> dict[str, Any]:
    """A tutor's own terms. Raises AccountGone."""
    terms = terms_repository.find_terms(tutor_id)
    if terms is None:
        raise AccountGone
    return terms


def change_terms(db: PooledConnection, tutor_id: int, changes: dict[str, Any]) -> None:
    """Set terms; what is absent stays as it is, and so do bookings. The tutor must be locked."""
    if changes:
        terms_repository.change_terms(db, tutor_id, changes)
    if MAKES_ITEMS & changes.keys():
        make_rule_items(db, [tutor_id])


def get_public_terms(tutor_id: int) -> str:
    """What students must know, as JSON text. Raises NotFound."""
    terms = terms_repository.find_public_terms(tutor_id)
    if terms is None:
        raise NotFound
    return terms
