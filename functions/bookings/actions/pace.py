"""Rate limits for booking, moving and cancelling, each of which sends mail to another user."""

from uuid import UUID

from functions.bookings.data.pace import Pace, find_full_hour
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import Throttled
from shared.kit.settings import settings


def present_pace() -> Pace | None:
    """How often a user may change bookings; None if rate limits are off."""
    if not settings().rate_limits:
        return None
    rules = platform_settings()
    return Pace(rules.booking_changes_per_hour, rules.booking_changes_per_pair)


def check_pace(db: PooledConnection, actor_id: UUID, student_id: UUID | None, tutor_id: int | None) -> None:
    """Check the rate limit before the actor, who is locked, changes a booking of this student and tutor.

    Raises Throttled.
    """
    pace = present_pace()
    wait = None if pace is None else find_full_hour(db, actor_id, student_id, tutor_id, pace)
    if wait is not None:
        raise Throttled(wait)
