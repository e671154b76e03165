"""Statements that read bookings for clients, as JSON text."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Literal, NamedTuple
from uuid import UUID

from functions.bookings.data.columns import COMMON, ITEM, PROPOSAL, RESERVATION, STUDENT, TUTOR
from functions.bookings.domain.transitions import State
from shared.data.booking_states import ENDED_STATES
from shared.data.bookings import SEATED
from shared.domain.platform_reasons import reasons_in
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Query, Sql, Variants, compose
from shared.kit.errors import NotFound
from shared.kit.http.page_pagination import PageNumber, PageOfJson
from shared.kit.json import json_text
from shared.texts import Language

# The most items in a list without pages.
NEWEST = PageNumber(1, 100)
Side = Literal["student", "tutor"]
When = Literal["upcoming", "past"]


class BookingFilter(NamedTuple):
    """Which bookings a list shows; all by default."""

    is_confirmed: bool | None = None
    states: tuple[State, ...] = ()
    when: When | None = None


# Both sides have an index by time.
LIST_BOOKINGS = Sql("""
WITH mine AS (
    SELECT b.id, {time} AS at FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
    WHERE {is_mine}{conditions}
)
SELECT (SELECT count(*) FROM mine) AS count, coalesce((
    SELECT '[' || string_agg(row_to_json(reservation)::text, ',') || ']' FROM (
        SELECT {common}, {people}, {item} AS schedule_item{proposal}
        FROM (SELECT * FROM mine ORDER BY at {order}, id {order} LIMIT %(size)s OFFSET %(offset)s) m
        JOIN bookings b ON b.id = m.id JOIN tutoring_sessions s ON s.id = b.session_id
        LEFT JOIN tutors t ON t.id = s.tutor_id LEFT JOIN booking_terms r ON r.tutor_id = t.id
        LEFT JOIN users u ON u.id = b.student_id
        ORDER BY m.at {order}, m.id {order}
    ) reservation
), '[]') AS results
""")
OF_SIDE: dict[Side, dict[str, Sql]] = {
    "student": {
        "time": Sql("b.starts_at"),
        "is_mine": Sql("b.student_id = %(me)s"),
        "people": compose('b.student_id AS "user", {tutor} AS tutor', tutor=TUTOR),
    },
    "tutor": {
        "time": Sql("s.starts_at"),
        "is_mine": Sql("s.tutor_id = %(me)s"),
        "people": compose('{student} AS "user", s.tutor_id AS tutor', student=STUDENT),
    },
}
NOTHING = Sql("")
OF_STATES = Sql(" AND b.state = ANY(%(states)s::text[])")
CONFIRMED: dict[bool | None, Sql] = {
    None: NOTHING,
    True: compose(" AND {is_seated}", is_seated=SEATED),
    False: compose(" AND NOT {is_seated}", is_seated=SEATED),
}
# Upcoming bookings start with the soonest, all others with the latest.
OF_TIME: dict[When | None, Sql] = {
    None: NOTHING,
    "upcoming": compose(" AND b.ends_at > now() AND b.state NOT IN {ended}", ended=ENDED_STATES),
    "past": Sql(" AND b.ends_at <= now()"),
}


@cache
def _list_statement(
    side: Side, when: When | None, *, is_confirmed: bool | None, by_state: bool, with_proposals: bool
) -> Query[PageOfJson]:
    conditions = compose(
        "{state}{confirmed}{time}",
        state=OF_STATES if by_state else NOTHING,
        confirmed=CONFIRMED[is_confirmed],
        time=OF_TIME[when],
    )
    order = Sql("ASC") if when == "upcoming" else Sql("DESC")
    parts = {**OF_SIDE[side], "conditions": conditions, "order": order, "common": COMMON, "item": ITEM}
    parts["proposal"] = compose(", {proposal}", proposal=PROPOSAL) if with_proposals else NOTHING
    return Query(PageOfJson, compose(LIST_BOOKINGS, **parts))


def list_statement(side: Side, wanted: BookingFilter, *, with_proposals: bool) -> Query[PageOfJson]:
    """The statement that lists one side's bookings."""
    by_state = bool(wanted.states)
    return _list_statement(
        side, wanted.when, is_confirmed=wanted.is_confirmed, by_state=by_state, with_proposals=with_proposals
    )


def _list_statements() -> Iterator[Query[PageOfJson]]:
    sides: tuple[Side, ...] = ("student", "tutor")
    yes_no = (False, True)
    for side, confirmed, by_state, when, shown in product(sides, CONFIRMED, yes_no, OF_TIME, yes_no):
        yield _list_statement(side, when, is_confirmed=confirmed, by_state=by_state, with_proposals=shown)


# No code names it: tools.statements finds it by its type.
LIST_STATEMENTS = Variants(_list_statements)


def list_bookings(
    side: Side, me: UUID | int, wanted: BookingFilter, page: PageNumber, *, with_proposals: bool = False
) -> PageOfJson:
    """A page of a student's bookings (by account id) or a tutor's (by tutor id).

    Responses in the recorded contract show no proposals.
    """
    values = {
        "me": me,
        "states": list(wanted.states),
        "size": page.size,
        "offset": page.offset,
        "zone": platform_settings().time_zone,
    }
    with connection() as db:
        return list_statement(side, wanted, with_proposals=with_proposals).get(db, values)


GET_RESERVATION = Query(
    str,
    compose(
        """
SELECT row_to_json(reservation)::text FROM (
    SELECT {reservation}, {proposal}
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id LEFT JOIN booking_terms r ON r.tutor_id = s.tutor_id
    WHERE b.id = %(id)s
) reservation
""",
        reservation=RESERVATION,
        proposal=PROPOSAL,
    ),
)


def get_reservation(db: PooledConnection, booking_id: int) -> str:
    """A reservation as it is after a change."""
    return GET_RESERVATION.get(db, {"id": booking_id, "zone": platform_settings().time_zone})


LIST_RESERVATIONS = Query(
    str,
    compose(
        """
SELECT '{"id":' || %(session)s::bigint || ',"reservations":[' || string_agg(row_to_json(reservation)::text, ',') || ']}'
FROM (
    SELECT {reservation}, {proposal}
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id LEFT JOIN booking_terms r ON r.tutor_id = s.tutor_id
    WHERE b.id = ANY(%(ids)s) ORDER BY b.id
) reservation
""",
        reservation=RESERVATION,
        proposal=PROPOSAL,
    ),
)


def get_seats(db: PooledConnection, session_id: int, booking_ids: list[int]) -> str:
    """A session with the reservations that were changed, as they are now."""
    values = {"session": session_id, "ids": booking_ids, "zone": platform_settings().time_zone}
    return LIST_RESERVATIONS.get(db, values)


FIND_DETAILS = Query(
    str,
    compose(
        """
SELECT row_to_json(details)::text FROM (
    SELECT {common}, {student} AS "user", {tutor} AS tutor, {item} AS schedule_item, {proposal},
        (SELECT coalesce(json_agg(row_to_json(change)), '[]') FROM (
            SELECT kind, from_state, to_state, actor_role AS by,
                coalesce(%(reasons)s::jsonb ->> reason, reason) AS reason,
                format_time(old_starts_at, %(zone)s) AS old_start_time,
                format_time(proposed_starts_at, %(zone)s) AS proposed_start_time, format_time(at, %(zone)s) AS at
            FROM booking_changes WHERE booking_id = b.id ORDER BY id
        ) change) AS changes
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
    LEFT JOIN tutors t ON t.id = s.tutor_id LEFT JOIN booking_terms r ON r.tutor_id = t.id
    LEFT JOIN users u ON u.id = b.student_id
    WHERE b.id = %(id)s AND (b.student_id = %(me)s OR t.user_id = %(me)s)
) details
""",
        common=COMMON,
        student=STUDENT,
        tutor=TUTOR,
        item=ITEM,
        proposal=PROPOSAL,
    ),
)


def get_details(me: UUID, booking_id: int, language: Language) -> str:
    """A booking with its history, for its student or tutor. Raises NotFound."""
    reasons, zone = json_text(reasons_in(language)), platform_settings().time_zone
    with connection() as db:
        details = FIND_DETAILS.one(db, {"id": booking_id, "me": me, "zone": zone, "reasons": reasons})
    if details is None:
        raise NotFound
    return details


FIND_SERIES = Query(
    str,
    compose(
        """
SELECT '{"id":"' || %(id)s::uuid || '","reservations":[' || string_agg(row_to_json(reservation)::text, ',') || ']}'
FROM (
    SELECT {reservation}, {proposal}
    FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
    LEFT JOIN tutors t ON t.id = s.tutor_id LEFT JOIN booking_terms r ON r.tutor_id = s.tutor_id
    WHERE b.series_id = %(id)s::uuid AND (b.student_id = %(me)s OR t.user_id = %(me)s)
    ORDER BY b.starts_at, b.id
) reservation
""",
        reservation=RESERVATION,
        proposal=PROPOSAL,
    ),
)


def get_series(me: UUID, series_id: UUID) -> str:
    """A series with its reservations ordered by time, for its student or tutor. Raises NotFound."""
    with connection() as db:
        return read_series(db, me, series_id)


def read_series(db: PooledConnection, me: UUID, series_id: UUID) -> str:
    """`get_series` within a transaction."""
    series = FIND_SERIES.one(db, {"id": series_id, "me": me, "zone": platform_settings().time_zone})
    if series is None:
        raise NotFound
    return series
