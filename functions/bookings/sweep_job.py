"""The scheduled function that expires holds, passes seats on, completes past sessions and deletes old keys."""

from collections.abc import Callable
from functools import partial
from typing import Any

from functions.bookings.actions.sweep import expire_hold, serve_waitlist, settle_proposal
from functions.bookings.data import due
from functions.bookings.data.proposals import find_due_proposals
from shared.domain.dispatcher import trigger_dispatch
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.db.idempotency_keys import forget_keys
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.transactions import run_transaction
from shared.kit.errors import AppError
from shared.kit.observability.log import logger

BATCH = 200
# Keys are added as fast as requests arrive, and must be deleted as fast.
KEYS_PER_STATEMENT, MOST_STATEMENTS = 2000, 20


@lambda_handler
def handler(_event: object, _context: object) -> dict[str, Any]:
    """Handle what is due, up to BATCH of each kind except old idempotency keys; concurrent runs share the work."""
    done = {
        "expired": _each(due.find_expired_holds, expire_hold),
        "proposals": _each(find_due_proposals, settle_proposal),
        "passed_on": _each(due.find_vacant_sessions, serve_waitlist),
        "completed": _run(due.complete_bookings),
        "forgotten": _forget_keys(),
    }
    if any(done[each] for each in ("expired", "proposals", "passed_on", "completed")):
        trigger_dispatch()
    return done


def _run(change: Callable[[PooledConnection, int], int]) -> int:
    with connection() as db:
        return change(db, BATCH)


def _forget_keys() -> int:
    """Delete expired idempotency keys, each statement in its own transaction."""
    forgotten = 0
    with connection() as db:
        for _ in range(MOST_STATEMENTS):
            found = forget_keys(db, KEYS_PER_STATEMENT)
            forgotten += found
            if found < KEYS_PER_STATEMENT:
                break
    return forgotten


def _each(find: Callable[[PooledConnection, int], list[int]], action: Callable[[PooledConnection, int], bool]) -> int:
    """Handle each row in its own transaction; failures wait for the next sweep."""
    with connection() as db:
        ids = find(db, BATCH)
    done = 0
    for row_id in ids:
        try:
            done += run_transaction(partial(_act, action, row_id))
        except AppError:
            logger().exception("left for the next sweep", extra={"row": row_id})
    return done


def _act(action: Callable[[PooledConnection, int], bool], row_id: int, db: PooledConnection) -> bool:
    return action(db, row_id)
