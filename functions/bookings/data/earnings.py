"""A tutor's past and future earnings."""

from shared.kit.db.pool import connection
from shared.kit.db.query import Query

# A group's hour counts as one hour, however many students pay for it.
EARNINGS = Query(
    str,
    """
SELECT json_build_object('year', %(year)s::int, 'months', coalesce(json_agg(row_to_json(monthly)), '[]'))::text FROM (
    SELECT to_char(starts_at, 'YYYY-MM') AS month, currency,
        coalesce(sum(earned), 0)::numeric(12, 2)::text AS earned,
        coalesce(sum(expected), 0)::numeric(12, 2)::text AS expected,
        coalesce(round(sum(hours) FILTER (WHERE earned IS NOT NULL), 2), 0) AS hours,
        coalesce(round(sum(hours) FILTER (WHERE earned IS NULL), 2), 0) AS expected_hours,
        count(*) AS sessions
    FROM (
        SELECT s.id, s.starts_at AT TIME ZONE r.time_zone AS starts_at, b.currency,
            extract(epoch FROM s.ends_at - s.starts_at) / 3600 AS hours,
            sum(b.price) FILTER (WHERE b.state = 'completed') AS earned,
            sum(b.price) FILTER (WHERE b.state = 'confirmed') AS expected
        FROM booking_terms r
        JOIN tutoring_sessions s ON s.tutor_id = r.tutor_id
            AND s.starts_at >= make_timestamptz(%(year)s, 1, 1, 0, 0, 0, r.time_zone)
            AND s.starts_at < make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, r.time_zone)
        JOIN bookings b ON b.session_id = s.id AND b.state IN ('completed', 'confirmed')
        WHERE r.tutor_id = %(tutor_id)s
        GROUP BY s.id, r.time_zone, b.currency
    ) session
    GROUP BY 1, 2 ORDER BY 1, 2
) monthly
""",
)
CURRENT_YEAR = Query(
    int, "SELECT extract(year FROM now() AT TIME ZONE time_zone)::int FROM booking_terms WHERE tutor_id = %s"
)


def get_earnings(tutor_id: int, year: int | None) -> str:
    """A tutor's earnings by month of a year (default: the current one), in the tutor's zone, as JSON text."""
    with connection() as db:
        wanted = CURRENT_YEAR.get(db, (tutor_id,)) if year is None else year
        return EARNINGS.get(db, {"tutor_id": tutor_id, "year": wanted})
