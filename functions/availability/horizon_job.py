"""The scheduled function that materializes items for days that now lie within the horizon, and deletes old ones.

Safe to run concurrently: the second run finds nothing to do.
"""

from typing import Any

from functions.availability.actions.materialize import materialize
from functions.availability.data import rules
from shared.data.locking import lock_people
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.db.transactions import transaction
from shared.kit.observability.log import logger
from shared.kit.psycopg import IntegrityError

BATCH = 100
# How many days past rule items stay visible, and the overrides that shaped them are kept.
KEPT_DAYS = 30
PRUNED_AT_ONCE = 5_000


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Extend the horizon of every tutor who is behind."""
    moved = after = 0
    while lagging := rules.list_lagging(after, BATCH):
        tutor_ids = [each.tutor_id for each in lagging]
        try:
            with transaction() as db:
                lock_people(db, *(each.user_id for each in lagging))
                moved += materialize(db, tutor_ids, only_new_days=True)
        except IntegrityError as error:
            # An error in one tutor's schedule must not block all others; it is retried next time.
            logger().error("days not made", exc_info=error, extra={"tutors": tutor_ids})
        after = tutor_ids[-1]
    pruned = 0
    for prune in (rules.prune, rules.prune_overrides):
        while deleted := prune(KEPT_DAYS, PRUNED_AT_ONCE):
            pruned += deleted
    return {"moved": moved, "pruned": pruned}
