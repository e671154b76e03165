"""Every statement of the tutors feature but the search, which is put together in `search`."""

from typing import Any
from uuid import UUID

from functions.tutors.facet_search import facet_statement
from functions.tutors.filters import Filters
from functions.tutors.search import search_statement
from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.libpq import fetch_planned
from shared.kit.db.pool import connection

# Ratings and schedule items a page of details shows at most, the newest.
SHOWN_RATINGS = 500
SHOWN_ITEMS = 1000

Row = tuple[int, str, str]


def search(filters: Filters, *, forgiving: bool = False) -> list[Row]:
    """(id, value sorted by, card as JSON text) of one page of tutors and, if there is one, of the next one's first."""
    statement, parameters = search_statement(filters, forgiving=forgiving)
    with connection() as db:
        return [(int(key), value, card) for key, value, card in fetch_planned(db, statement, parameters)]


def count_facets(filters: Filters, *, forgiving: bool = False) -> tuple[int, int, str, str]:
    """(tutors counted, those among them that match all filters, skills and locations as JSON texts)."""
    statement, parameters = facet_statement(filters, forgiving=forgiving)
    with connection() as db:
        [row] = db.execute(statement, parameters, prepare=False).fetchall()
    return row[0], row[1], row[2], row[3]


class _Known:
    """Skills seen before; the list only grows, so what was known needs no asking."""

    skills: frozenset[str] = frozenset()


def unknown_skills(names: list[str]) -> list[str]:
    """Those of the names that are not on the list of skills."""
    if not _Known.skills.issuperset(names):
        with connection() as db:
            _Known.skills = frozenset(name for (name,) in db.execute("SELECT name FROM skills").fetchall())
    return [name for name in names if name not in _Known.skills]


def list_skills() -> str:
    """All skills as JSON text."""
    with connection() as db:
        row = db.execute(
            "SELECT coalesce(json_agg(json_build_object('skill', name) ORDER BY id), '[]')::text FROM skills"
        ).fetchone()
    return str(row[0]) if row else "[]"


# What is left of the newest items without the time of sessions, also of those the tutor learns in; most have none, and
# then nothing is computed.
# Nobody asks what was free a month ago.
FREE_ITEMS = f"""
    WITH booked AS (
        SELECT range_agg(span) AS time FROM (
            SELECT tstzrange(busy_from, busy_until) AS span FROM tutoring_sessions
            WHERE tutor_id = t.id AND taken AND starts_at > now() - interval '31 days'
            UNION ALL
            SELECT tstzrange(starts_at, ends_at) FROM bookings
            WHERE student_id = t.user_id AND state IN ('pending', 'confirmed')
                AND starts_at > now() - interval '31 days'
        ) taken
    ), items AS (
        SELECT id, starts_at, ends_at FROM schedule_items WHERE tutor_id = t.id ORDER BY id DESC LIMIT {SHOWN_ITEMS}
    )
    SELECT items.* FROM items, booked WHERE booked.time IS NULL
    UNION ALL
    SELECT id, lower(piece), upper(piece)
    FROM items, booked, unnest(tstzmultirange(tstzrange(starts_at, ends_at)) - booked.time) AS piece
    WHERE booked.time IS NOT NULL
"""

DETAILS = f"""
SELECT row_to_json(details)::text FROM (
    SELECT t.user_id, t.first_name, t.last_name, {picture_sql("t.picture")} AS profile_image, t.description, t.skills,
        t.avg_rating::text AS avg_rating, t.price,
        coalesce((SELECT json_agg(row_to_json(shown)) FROM (
            SELECT r.rating, r.review, format_time(r.created_at, %(zone)s) AS created_at,
                s.first_name AS student_first_name, s.last_name AS student_last_name
            FROM (SELECT * FROM ratings WHERE tutor_id = t.id AND hidden_at IS NULL
                ORDER BY id DESC LIMIT {SHOWN_RATINGS}) r
            JOIN users s ON s.id = r.student_id ORDER BY r.id
        ) shown), '[]') AS tutor_ratings,
        coalesce((SELECT json_agg(row_to_json(item)) FROM (
            SELECT format_time(starts_at, %(zone)s) AS start_time, format_time(ends_at, %(zone)s) AS end_time
            FROM ({FREE_ITEMS}) free ORDER BY id, starts_at
        ) item), '[]') AS tutor_schedule_items,
        t.online_sessions AS online_sessions_available, t.in_person_sessions AS in_person_sessions_available,
        t.location AS tutoring_location, t.individual_sessions AS individual_sessions_available,
        t.group_sessions AS group_sessions_available
    FROM tutors t WHERE {{condition}}
) details
"""
PUBLIC_DETAILS = DETAILS.format(condition="t.id = %(id)s AND t.listed")
OWN_DETAILS = DETAILS.format(condition="t.id = %(id)s")


def find_details(tutor_id: int, *, own: bool = False) -> str | None:
    """A tutor's details as JSON text; only the tutor sees them before the account is confirmed."""
    keys = {"id": tutor_id, "zone": platform_settings().time_zone}
    with connection() as db:
        row = db.execute(OWN_DETAILS if own else PUBLIC_DETAILS, keys).fetchone()
    return row[0] if row else None


SETTINGS = (
    "description",
    "price",
    "location",
    "online_sessions",
    "in_person_sessions",
    "individual_sessions",
    "group_sessions",
    "skills",
)


def find_settings(user_id: UUID) -> dict[str, Any]:
    """A tutor's own settings by column."""
    with connection() as db:
        row = db.execute(f"SELECT {', '.join(SETTINGS)} FROM tutors WHERE user_id = %s", (user_id,)).fetchone()
    return dict(zip(SETTINGS, row, strict=True)) if row else {}


def change_settings(user_id: UUID, values: dict[str, Any]) -> None:
    """Set columns of SETTINGS; one statement, a transaction of its own."""
    places = ", ".join(f"{column} = %({column})s" for column in SETTINGS if column in values)
    with connection() as db:
        db.execute(f"UPDATE tutors SET {places} WHERE user_id = %(user_id)s", {**values, "user_id": user_id})
