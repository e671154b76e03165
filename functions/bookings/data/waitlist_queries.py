"""Statements that read a student's waitlist entries, as JSON text."""

from uuid import UUID

from functions.bookings.data.columns import TUTOR
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson

ENTRY = compose(
    """w.id, w.session_id AS session, {tutor} AS tutor, format_time(s.starts_at, %(zone)s) AS start_time,
        format_time(s.ends_at, %(zone)s) AS end_time, s.kind, s.form, w.state,
        CASE w.state WHEN 'waiting' THEN (
            SELECT count(*) FROM waitlist_entries WHERE session_id = w.session_id AND state = 'waiting' AND id <= w.id
        ) END AS position, w.booking_id AS booking, format_time(w.created_at, %(zone)s) AS created_at
    FROM waitlist_entries w JOIN tutoring_sessions s ON s.id = w.session_id LEFT JOIN tutors t ON t.id = s.tutor_id""",
    tutor=TUTOR,
)
LIST_ENTRIES = Query(
    PageOfJson,
    compose(
        """
SELECT (SELECT count(*) FROM waitlist_entries WHERE student_id = %(student_id)s) AS count,
    coalesce('[' || string_agg(row_to_json(entry)::text, ',') || ']', '[]') AS results
FROM (
    SELECT {entry}
    WHERE w.student_id = %(student_id)s ORDER BY w.id DESC LIMIT %(size)s OFFSET %(offset)s
) entry
""",
        entry=ENTRY,
    ),
)
GET_ENTRY = Query(
    str,
    compose("SELECT row_to_json(entry)::text FROM (SELECT {entry} WHERE w.id = %(id)s) entry", entry=ENTRY),
)


def list_entries(db: PooledConnection, student_id: UUID, page: PageNumber) -> PageOfJson:
    """A page of a student's entries, newest first."""
    zone = platform_settings().time_zone
    return LIST_ENTRIES.get(db, {"student_id": student_id, "size": page.size, "offset": page.offset, "zone": zone})


def get_entry(db: PooledConnection, entry_id: int) -> str:
    """An entry as it is after a change."""
    return GET_ENTRY.get(db, {"id": entry_id, "zone": platform_settings().time_zone})
