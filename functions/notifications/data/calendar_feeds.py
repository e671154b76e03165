"""Statements about calendar feeds."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.data.booking_states import ENDED_STATES
from shared.data.bookings import SELECT_BOOKINGS, Booking
from shared.data.calendar_feeds import DELETE_FEED
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, compose
from shared.texts import Language

REPLACE_FEED = Query(
    datetime,
    """
INSERT INTO calendar_feeds (user_id, token_hash) VALUES (%s, %s)
ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = now()
RETURNING created_at
""",
)


def replace_feed(user_id: UUID, token_hash: bytes) -> datetime:
    """Create or replace the secret of a user's feed; returns the time of creation."""
    with connection() as db:
        return REPLACE_FEED.get(db, (user_id, token_hash))


FIND_FEED = Query(datetime, "SELECT created_at FROM calendar_feeds WHERE user_id = %s")


def find_feed(user_id: UUID) -> datetime | None:
    """When a user's feed was created."""
    with connection() as db:
        return FIND_FEED.one(db, (user_id,))


def delete_feed(user_id: UUID) -> bool:
    """Delete a user's feed; False if there is none."""
    with connection() as db:
        return DELETE_FEED.run(db, (user_id,)) > 0


class FeedOwner(NamedTuple):
    user_id: UUID
    language: Language


FIND_OWNER = Query(
    FeedOwner,
    """
SELECT u.id AS user_id, u.language FROM calendar_feeds f JOIN users u ON u.id = f.user_id
WHERE f.token_hash = %s AND u.suspended_at IS NULL
""",
)


def find_owner(token_hash: bytes) -> FeedOwner | None:
    with connection() as db:
        return FIND_OWNER.one(db, (token_hash,))


# More bookings than any user has; beyond that, the latest are kept. An offer is not an appointment yet.
LIST_BOOKINGS = Query(
    Booking,
    compose(
        """
{select}
WHERE b.id IN (
    SELECT id FROM bookings WHERE student_id = %(user_id)s AND starts_at > now() - interval '90 days'
    UNION
    SELECT mine.id FROM bookings mine
    JOIN tutoring_sessions taught ON taught.id = mine.session_id JOIN tutors me ON me.id = taught.tutor_id
    WHERE me.user_id = %(user_id)s AND taught.starts_at > now() - interval '90 days'
)
  AND b.state NOT IN {ended_states} AND b.awaiting IS DISTINCT FROM 'student'
ORDER BY b.starts_at DESC, b.id DESC LIMIT 2000
""",
        select=SELECT_BOOKINGS,
        ended_states=ENDED_STATES,
    ),
)


def list_bookings(user_id: UUID) -> list[Booking]:
    """A user's bookings as student and tutor, from 90 days ago onwards."""
    with connection() as db:
        return LIST_BOOKINGS.all(db, {"user_id": user_id})
