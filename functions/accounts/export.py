"""All data of an account as JSON, in pages: a Lambda function's answer ends at 6 MB."""

import re
from collections import defaultdict
from typing import Any
from uuid import UUID

from shared.data.bookings import ROOM
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.errors import FieldErrors
from shared.kit.http.query_string import parse_query

# Lambda counts an answer as it encodes it, and that makes three bytes of one at worst (ł, two bytes, becomes \\u0142).
PAGE_BYTES = 1_500_000

SINGLE_PARTS = ("account", "tutor", "booking_terms")
LISTS = (
    "sessions",
    "schedule",
    "ratings_given",
    "ratings_received",
    "messages",
    "weekly_hours",
    "hours_overrides",
    "bookings",
    "bookings_as_tutor",
    "waitlist",
    "notifications",
    "review_reports",
)
PARTS = (*SINGLE_PARTS, *LISTS)

# One record a row; `part` is its place in PARTS, `place` its own among the records of its part. A page takes
# records until the ones before fill it, so that even the largest gets through.
PAGE = f"""
WITH mine AS (SELECT * FROM tutors WHERE user_id = %(user_id)s), records (part, place, record) AS (
    SELECT 0, '', json_build_object('id', id, 'email', email, 'first_name', first_name, 'last_name', last_name,
        'is_tutor', is_tutor, 'picture', picture, 'created_at', format_time(created_at, %(zone)s),
        'confirmed_at', format_time(confirmed_at, %(zone)s))
    FROM users WHERE id = %(user_id)s
    UNION ALL
    SELECT 1, '', json_build_object('description', description, 'price', price, 'tutoring_location', location,
        'skills', skills, 'online_sessions_available', online_sessions,
        'in_person_sessions_available', in_person_sessions, 'individual_sessions_available', individual_sessions,
        'group_sessions_available', group_sessions)
    FROM mine
    UNION ALL
    SELECT 2, '', to_json(shown) FROM (
        SELECT time_zone, session_lengths, slot_step, buffer_before, buffer_after, minimum_notice, booking_window,
            max_per_day, max_per_week, confirmation, cancellation_notice, meeting_url, group_seats, group_price,
            currency
        FROM booking_terms WHERE tutor_id = (SELECT id FROM mine)
    ) shown
    UNION ALL
    SELECT 3, id::text, json_build_object('created_at', format_time(created_at, %(zone)s),
        'last_used_at', format_time(last_used_at, %(zone)s), 'user_agent', user_agent, 'address', host(address))
    FROM sign_in_sessions WHERE user_id = %(user_id)s
    UNION ALL
    SELECT 4, lpad(id::text, 19, '0'), json_build_object('start_time', format_time(starts_at, %(zone)s),
        'end_time', format_time(ends_at, %(zone)s))
    FROM schedule_items WHERE tutor_id = (SELECT id FROM mine)
    UNION ALL
    SELECT 5, lpad(id::text, 19, '0'), json_build_object('tutor_id', tutor_id, 'rating', rating, 'review', review,
        'created_at', format_time(created_at, %(zone)s), 'edited_at', format_time(edited_at, %(zone)s),
        'hidden', hidden_at IS NOT NULL)
    FROM ratings WHERE student_id = %(user_id)s
    UNION ALL
    SELECT 6, lpad(id::text, 19, '0'), json_build_object('rating', rating, 'review', review,
        'created_at', format_time(created_at, %(zone)s), 'reply', reply,
        'replied_at', format_time(replied_at, %(zone)s))
    FROM ratings WHERE tutor_id = (SELECT id FROM mine)
    UNION ALL
    SELECT 7, conversation_id || '.' || lpad(seq::text, 19, '0'), json_build_object('id', id,
        'conversation', conversation_id, 'body', body, 'created_at', format_time(created_at, %(zone)s))
    FROM messages WHERE created_by = %(user_id)s
    UNION ALL
    SELECT 8, lpad(id::text, 19, '0'), json_build_object('weekday', weekday, 'starts', starts, 'ends', ends)
    FROM weekly_hours WHERE tutor_id = (SELECT id FROM mine)
    UNION ALL
    SELECT 9, lpad(id::text, 19, '0'), json_build_object('kind', kind, 'first_day', first_day, 'last_day', last_day,
        'starts', starts, 'ends', ends, 'note', note)
    FROM hours_overrides WHERE tutor_id = (SELECT id FROM mine)
    UNION ALL
    SELECT 10, lpad(b.id::text, 19, '0'), json_build_object('id', b.id, 'tutor_id', s.tutor_id, 'state', b.state,
        'start_time', format_time(b.starts_at, %(zone)s), 'end_time', format_time(b.ends_at, %(zone)s), 'kind', s.kind,
        'form', s.form, 'location', s.location, 'meeting_url', {ROOM}, 'price', b.price::text,
        'currency', b.currency, 'note', b.note, 'created_at', format_time(b.created_at, %(zone)s))
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id WHERE b.student_id = %(user_id)s
    UNION ALL
    SELECT 11, lpad(b.id::text, 19, '0'), json_build_object('id', b.id, 'session', s.id, 'state', b.state,
        'start_time', format_time(b.starts_at, %(zone)s), 'end_time', format_time(b.ends_at, %(zone)s), 'kind', s.kind,
        'form', s.form, 'location', s.location, 'meeting_url', {ROOM}, 'price', b.price::text,
        'currency', b.currency, 'created_at', format_time(b.created_at, %(zone)s))
    FROM tutoring_sessions s JOIN bookings b ON b.session_id = s.id WHERE s.tutor_id = (SELECT id FROM mine)
    UNION ALL
    SELECT 12, lpad(w.id::text, 19, '0'), json_build_object('session', w.session_id, 'state', w.state,
        'start_time', format_time(s.starts_at, %(zone)s), 'created_at', format_time(w.created_at, %(zone)s))
    FROM waitlist_entries w JOIN tutoring_sessions s ON s.id = w.session_id WHERE w.student_id = %(user_id)s
    UNION ALL
    SELECT 13, lpad(id::text, 19, '0'), json_build_object('kind', kind, 'message', message, 'is_read', is_read,
        'created_at', format_time(created_at, %(zone)s))
    FROM notifications WHERE user_id = %(user_id)s
    UNION ALL
    SELECT 14, lpad(id::text, 19, '0'), json_build_object('review', rating_id, 'reason', reason,
        'created_at', format_time(created_at, %(zone)s))
    FROM review_reports WHERE reporter_id = %(user_id)s
), remaining AS (
    SELECT part, place, record::text AS record, count(*) OVER () AS number,
           sum(octet_length(record::text)) OVER (ORDER BY part, place) - octet_length(record::text) AS bytes_before
    FROM records WHERE (part, place) > (%(part)s, %(place)s)
)
SELECT part, place, record, number FROM remaining WHERE bytes_before < %(page_bytes)s ORDER BY part, place
"""  # noqa: S608 - put together from constants

Cursor = tuple[int, str]
START: Cursor = (-1, "")


class BadCursor(FieldErrors):
    """The cursor is none that the Link header of a page gave."""

    body: Any = {"cursor": ["Nieprawidłowy kursor."]}

    def __init__(self) -> None:
        super().__init__(BadCursor.body)


def read_cursor(query: bytes) -> Cursor:
    """Where the page starts, by the `cursor` of a query string. Raises BadCursor."""
    text = parse_query(query).get("cursor", [""])[0]
    if not text:
        return START
    found = re.fullmatch(r"([0-9]|1[0-4])-([0-9a-f.-]{0,64})", text, re.ASCII)
    if found is None:
        raise BadCursor
    return int(found[1]), found[2]


def export_page(user_id: UUID, after: Cursor) -> tuple[str, str | None]:
    """A page as JSON text, and the cursor of the next one if there is more.

    All pages have the same keys; what stands on another page is null or an empty list.
    """
    keys = {"user_id": user_id, "zone": platform_settings().time_zone, "page_bytes": PAGE_BYTES}
    with connection() as db:
        rows = db.execute(PAGE, keys | {"part": after[0], "place": after[1]}).fetchall()
    records: dict[str, list[str]] = defaultdict(list)
    for part, _place, record, _number in rows:
        records[PARTS[part]].append(record)
    if not rows or rows[-1][3] == len(rows):
        return _as_object(records), None
    return _as_object(records), f"{rows[-1][0]}-{rows[-1][1]}"


def _as_object(records: dict[str, list[str]]) -> str:
    singles = [f'"{part}":{(records[part] or ["null"])[0]}' for part in SINGLE_PARTS]
    lists = [f'"{part}":[{",".join(records[part])}]' for part in LISTS]
    return "{" + ",".join(singles + lists) + "}"
