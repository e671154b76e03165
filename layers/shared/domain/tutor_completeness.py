"""What tutors must have set before they are listed and booked."""

from typing import Literal, cast

from shared.data.tutor_completeness import LIST_MISSING
from shared.kit.db.pool import PooledConnection

# As infra/sql/missing_settings.sql, which is the rule, names them.
Missing = Literal["price", "subject", "form", "kind"]


def find_missing(db: PooledConnection, tutor_id: int) -> list[Missing]:
    """Name what a tutor lacks, in the order in which it is asked for."""
    return cast("list[Missing]", LIST_MISSING.all(db, (tutor_id,)))
