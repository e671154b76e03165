"""What tutors must have set before they are listed and booked."""

from typing import Literal

from shared.kit.db.pool import PooledConnection

Missing = Literal["price", "subject", "form", "kind"]


def find_missing(_db: PooledConnection, _tutor_id: int) -> list[Missing]:
    """Name what a tutor lacks, in the order in which it is asked for."""
    return []
