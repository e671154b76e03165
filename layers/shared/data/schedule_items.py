"""A tutor's schedule as students see it: booked items stay in it."""

from shared.data.booking_states import ACTIVE_STATES
from shared.kit.db.query import Sql, compose

# Only the newest ones are listed.
MOST_ITEMS = 1000
# The time taken by sessions with their buffers, and by lessons the tutor takes, for a tutor `t`; NULL if there is none.
# Sessions over a month ago do not matter.
TAKEN_TIME = compose(
    """
SELECT range_agg(span) AS time FROM (
    SELECT tstzrange(busy_from, busy_until) AS span FROM tutoring_sessions
    WHERE tutor_id = t.id AND taken AND starts_at > now() - interval '31 days'
    UNION ALL
    SELECT tstzrange(starts_at, ends_at) FROM bookings
    WHERE student_id = t.user_id AND state IN {active_states} AND starts_at > now() - interval '31 days'
) spans
""",
    active_states=ACTIVE_STATES,
)
NEWEST_ITEMS = compose(
    "SELECT id, starts_at, ends_at FROM schedule_items WHERE tutor_id = t.id ORDER BY id DESC LIMIT {most}",
    most=Sql(MOST_ITEMS),
)
SCHEDULE = compose(
    """
SELECT i.id, format_time(i.starts_at, %(zone)s) AS start_time, format_time(i.ends_at, %(zone)s) AS end_time,
    coalesce(taken.time && tstzrange(i.starts_at, i.ends_at), false) AS is_reserved
FROM ({newest_items}) i CROSS JOIN ({taken_time}) taken
ORDER BY i.id
""",
    newest_items=NEWEST_ITEMS,
    taken_time=TAKEN_TIME,
)
