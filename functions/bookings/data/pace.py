"""How many bookings a user has made, moved and cancelled in the last hour."""

from typing import NamedTuple
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query


class Pace(NamedTuple):
    """How many booking changes a user may make in an hour, in all and with the same student or tutor."""

    per_person: int
    per_pair: int


# Once the limit is reached, its oldest change must be an hour old before the next. Booking or cancelling a series
# counts as one change, and so does moving a group. Cancellations by tutors do not count.
FULL_HOUR = Query(
    int,
    """
WITH made AS (
    SELECT max(c.at) AS at, bool_or(b.student_id = %(student_id)s AND s.tutor_id = %(tutor_id)s) AS is_pair
    FROM booking_changes c JOIN bookings b ON b.id = c.booking_id JOIN tutoring_sessions s ON s.id = b.session_id
    WHERE c.actor_id = %(actor_id)s AND c.at > now() - interval '1 hour'
      AND (c.from_state IS NULL OR c.kind IN ('rescheduled', 'move_proposed')
        OR c.kind = 'cancelled' AND c.actor_role = 'student')
    GROUP BY CASE WHEN c.from_state IS NULL THEN coalesce(b.series_id::text, b.id::text)
        WHEN c.kind IN ('rescheduled', 'move_proposed') THEN c.kind || ' ' || c.at
        ELSE coalesce(b.series_id::text, b.id::text) || ' ended ' || c.at END
), full_since AS (
    (SELECT at FROM made ORDER BY at DESC OFFSET %(per_person)s - 1 LIMIT 1)
    UNION ALL (SELECT at FROM made WHERE is_pair ORDER BY at DESC OFFSET %(per_pair)s - 1 LIMIT 1)
)
SELECT ceil(extract(epoch FROM max(at) + interval '1 hour' - now()))::int FROM full_since HAVING count(*) > 0
""",
)


def find_full_hour(
    db: PooledConnection, actor_id: UUID, student_id: UUID | None, tutor_id: int | None, pace: Pace
) -> int | None:
    """Seconds until the actor may next change a booking of this student and tutor; None if they may now."""
    return FULL_HOUR.one(db, pace_values(actor_id, student_id, tutor_id, pace))


def pace_values(actor_id: UUID, student_id: UUID | None, tutor_id: int | None, pace: Pace) -> dict[str, object]:
    """The parameters of FULL_HOUR."""
    people = {"actor_id": actor_id, "student_id": student_id, "tutor_id": tutor_id}
    return {**people, "per_person": pace.per_person, "per_pair": pace.per_pair}
