"""Reading bookings: the lists of both sides, one booking with its history, and what a tutor earned."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from functions.bookings.schemas import NOT_A_CHOICE
from functions.bookings.shapes import COMMON, ITEM_SHOWN, RESERVATION, STUDENT_SHOWN, TUTOR_SHOWN
from shared.data.bookings import SEATED
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http import fields
from shared.kit.http.page_pagination import PageNumber, PageQuery
from shared.kit.http.query_string import parse_query

# Without a page: the newest of them.
MOST = 100
STATES = ("pending", "confirmed", "cancelled", "expired", "completed", "no_show")
WHEN = ("upcoming", "past")
NOT_A_YEAR = "Podaj rok, na przykład 2027."

Side = Literal["student", "tutor"]


@dataclass(frozen=True)
class Wanted:
    """Which bookings a list shows; without a page the newest."""

    is_confirmed: bool | None
    state: str | None
    when: str | None
    page: PageNumber | None


def read_wanted(query: bytes) -> Wanted:
    """Raises FieldErrors."""
    given = {name: values[0] for name, values in parse_query(query).items() if values[0]}
    errors: dict[str, list[str]] = {}
    confirmed = given.get("is_confirmed", "").lower()
    if confirmed and confirmed not in fields.TRUE | fields.FALSE:
        errors["is_confirmed"] = [fields.NOT_FLAG]
    for name, choices in (("state", STATES), ("when", WHEN)):
        if name in given and given[name] not in choices:
            errors[name] = [NOT_A_CHOICE.format(given[name][:50])]
    if errors:
        raise FieldErrors(errors)
    page = _read_page(given) if given.keys() & {"p", "page_size"} else None
    return Wanted(confirmed in fields.TRUE if confirmed else None, given.get("state"), given.get("when"), page)


def _read_page(given: dict[str, str]) -> PageNumber:
    query = urlencode([(name, given[name]) for name in ("p", "page_size") if name in given])
    return PageQuery.read(query.encode()).page


# Upcoming ones the soonest first, all others the latest first. Both sides have an index by time.
LIST = (
    """
WITH mine AS (
    SELECT b.id, {time} AS at FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
    WHERE {mine}{{conditions}}
)
SELECT (SELECT count(*) FROM mine), coalesce((
    SELECT '[' || string_agg(row_to_json(shown)::text, ',') || ']' FROM (
        SELECT """
    + COMMON
    + """, {people}, """
    + ITEM_SHOWN
    + """ AS schedule_item
        FROM (SELECT * FROM mine ORDER BY at {{order}}, id {{order}} LIMIT %(size)s OFFSET %(offset)s) m
        JOIN bookings b ON b.id = m.id JOIN tutoring_sessions s ON s.id = b.session_id
        LEFT JOIN tutors t ON t.id = s.tutor_id LEFT JOIN booking_terms r ON r.tutor_id = t.id
        LEFT JOIN users u ON u.id = b.student_id
        ORDER BY m.at {{order}}, m.id {{order}}
    ) shown
), '[]')
"""
)
LISTS: dict[Side, str] = {
    "student": LIST.format(
        time="b.starts_at", mine="b.student_id = %(me)s", people=f'b.student_id AS "user", {TUTOR_SHOWN} AS tutor'
    ),
    "tutor": LIST.format(
        time="s.starts_at", mine="s.tutor_id = %(me)s", people=f'{STUDENT_SHOWN} AS "user", s.tutor_id AS tutor'
    ),
}
OF_STATE = " AND b.state = %(state)s"
UPCOMING = " AND b.ends_at > now()"
PAST = " AND b.ends_at <= now()"


def list_bookings(side: Side, me: UUID | int, wanted: Wanted, path: str) -> str:
    """A list or, if one was asked for, a page of it as JSON text. Raises NotFound for a page behind the last."""
    conditions = OF_STATE if wanted.state else ""
    if wanted.is_confirmed is not None:
        conditions += f" AND {'' if wanted.is_confirmed else 'NOT '}{SEATED}"
    if wanted.when:
        conditions += UPCOMING if wanted.when == "upcoming" else PAST
    statement = LISTS[side].format(conditions=conditions, order="ASC" if wanted.when == "upcoming" else "DESC")
    page = wanted.page or PageNumber(1, MOST)
    values = {
        "me": me,
        "state": wanted.state,
        "size": page.size,
        "offset": page.offset,
        "zone": platform_settings().time_zone,
    }
    with connection() as db:
        [(count, results)] = db.execute(statement, values).fetchall()
    return results if wanted.page is None else page.wrap(path, count, results)


RESERVATION_BY_ID = f"""
SELECT row_to_json(shown)::text FROM (
    SELECT {RESERVATION}
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id LEFT JOIN booking_terms r ON r.tutor_id = s.tutor_id
    WHERE b.id = %(id)s
) shown
"""


def get_reservation(db: PooledConnection, booking_id: int) -> str:
    """A reservation as JSON text, after a change of it."""
    [(reservation,)] = db.execute(
        RESERVATION_BY_ID, {"id": booking_id, "zone": platform_settings().time_zone}
    ).fetchall()
    return str(reservation)


DETAILS = f"""
SELECT row_to_json(shown)::text FROM (
    SELECT {COMMON}, {STUDENT_SHOWN} AS "user", {TUTOR_SHOWN} AS tutor, {ITEM_SHOWN} AS schedule_item,
        (SELECT coalesce(json_agg(row_to_json(step)), '[]') FROM (
            SELECT kind, from_state, to_state, actor_role AS by, reason,
                format_time(old_starts_at, %(zone)s) AS old_start_time, format_time(at, %(zone)s) AS at
            FROM booking_changes WHERE booking_id = b.id ORDER BY id
        ) step) AS changes
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
    LEFT JOIN tutors t ON t.id = s.tutor_id LEFT JOIN booking_terms r ON r.tutor_id = t.id
    LEFT JOIN users u ON u.id = b.student_id
    WHERE b.id = %(id)s AND (b.student_id = %(me)s OR t.user_id = %(me)s)
) shown
"""


def get_details(me: UUID, booking_id: int) -> str:
    """A booking with its history as JSON text, for its two people. Raises NotFound."""
    values = {"id": booking_id, "me": me, "zone": platform_settings().time_zone}
    with connection() as db:
        row = db.execute(DETAILS, values).fetchone()
    if row is None:
        raise NotFound
    return str(row[0])


# A group's hour is one hour, however many pay for it.
EARNINGS = """
SELECT json_build_object('year', %(year)s::int, 'months', coalesce(json_agg(row_to_json(shown)), '[]'))::text FROM (
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
) shown
"""
THIS_YEAR = "SELECT extract(year FROM now() AT TIME ZONE time_zone)::int FROM booking_terms WHERE tutor_id = %s"


def read_year(query: bytes) -> int | None:
    """The year of a query string. Raises FieldErrors."""
    text = parse_query(query).get("year", [""])[0]
    if not text:
        return None
    if not re.fullmatch("[1-9][0-9]{3}", text):
        raise FieldErrors({"year": [NOT_A_YEAR]})
    return int(text)


def get_earnings(tutor_id: int, year: int | None) -> str:
    """What a tutor earned by month of a year, this one if none is given, in the tutor's zone; as JSON text."""
    with connection() as db:
        if year is None:
            [(year,)] = db.execute(THIS_YEAR, (tutor_id,)).fetchall()
        [(earnings,)] = db.execute(EARNINGS, {"tutor_id": tutor_id, "year": year}).fetchall()
    return str(earnings)
