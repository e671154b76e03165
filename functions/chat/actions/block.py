"""Blocking people: no messages and no bookings between the two; existing ones stay."""

from uuid import UUID

from functions.chat.data import blocks
from functions.chat.domain.errors import OwnAccount
from shared.data.locking import lock_people
from shared.domain.limits import BLOCKS
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import run_transaction
from shared.kit.errors import NotFound
from shared.kit.security.rate_limits import spend


def block(user_id: UUID, other_id: UUID) -> None:
    """Block a user. Messages being sent meanwhile are stored before the block or refused.

    Raises OwnAccount, NotFound or Throttled.
    """
    if other_id == user_id:
        raise OwnAccount
    spend(BLOCKS, str(user_id))

    def run(db: PooledConnection) -> None:
        if not blocks.lock_pair(db, user_id, other_id):
            raise NotFound
        lock_people(db, user_id, other_id)
        blocks.add_block(db, user_id, other_id)

    run_transaction(run)


def unblock(user_id: UUID, other_id: UUID) -> None:
    """Unblock a user. If the other user has blocked the caller too, that block stays in effect. Raises Throttled."""
    spend(BLOCKS, str(user_id))

    def run(db: PooledConnection) -> None:
        blocks.lock_pair(db, user_id, other_id)
        blocks.delete_block(db, user_id, other_id)

    run_transaction(run)
