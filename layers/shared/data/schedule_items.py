"""A tutor's schedule as those see it who choose from it: taken items stay in it."""

from shared.data.booking_states import ACTIVE_STATES
from shared.kit.db.query import Sql, compose

# The newest ones.
MOST_ITEMS = 1000
# Of a tutor `t`. Taken is what a session with its buffers reaches into, also one that the tutor learns in; nobody asks
# what was taken a month ago.
SCHEDULE = compose(
    """
SELECT i.id, format_time(i.starts_at, %(zone)s) AS start_time, format_time(i.ends_at, %(zone)s) AS end_time,
    coalesce(taken.time && tstzrange(i.starts_at, i.ends_at), false) AS is_reserved
FROM (SELECT id, starts_at, ends_at FROM schedule_items WHERE tutor_id = t.id ORDER BY id DESC LIMIT {most}) i
CROSS JOIN (
    SELECT range_agg(span) AS time FROM (
        SELECT tstzrange(busy_from, busy_until) AS span FROM tutoring_sessions
        WHERE tutor_id = t.id AND tutoring_sessions.taken AND starts_at > now() - interval '31 days'
        UNION ALL
        SELECT tstzrange(starts_at, ends_at) FROM bookings
        WHERE student_id = t.user_id AND state IN {active_states} AND starts_at > now() - interval '31 days'
    ) spans
) taken
ORDER BY i.id
""",
    most=Sql(MOST_ITEMS),
    active_states=ACTIVE_STATES,
)
