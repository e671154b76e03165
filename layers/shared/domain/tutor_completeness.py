"""What tutors must have set before they are listed and booked."""

from typing import Literal, cast

from shared.data.tutor_completeness import LIST_MISSING
from shared.kit.db.pool import PooledConnection

# The names that infra/sql/missing_settings.sql, the rule, uses.
Missing = Literal["price", "subject", "form", "kind"]


def find_missing(db: PooledConnection, tutor_id: int) -> list[Missing]:
    """List the settings that a tutor lacks, in the order in which they are requested."""
    return cast("list[Missing]", LIST_MISSING.all(db, (tutor_id,)))
