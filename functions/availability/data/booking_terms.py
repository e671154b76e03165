"""Statements about the terms of booking."""

from collections.abc import Collection
from typing import Any

from shared.domain.auth import AccountGone
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, Variants, compose

COLUMNS = Sql(
    "time_zone, session_lengths, slot_step, buffer_before, buffer_after, minimum_notice, booking_window,"
    " max_per_day, max_per_week, confirmation, cancellation_notice, meeting_url, group_seats, group_price"
)
FIND_TERMS = Query(
    str,
    compose(
        """
SELECT row_to_json(own)::text FROM (
    SELECT {columns}, %(currency)s::text AS currency, t.is_free AS free
    FROM tutors t JOIN booking_terms ON tutor_id = t.id WHERE t.id = %(tutor_id)s
) own
""",
        columns=COLUMNS,
    ),
)


def get_terms(tutor_id: int) -> str:
    """A tutor's own terms as JSON text. Raises AccountGone."""
    with connection() as db:
        terms = FIND_TERMS.one(db, {"tutor_id": tutor_id, "currency": platform_settings().currency})
    if terms is None:
        raise AccountGone
    return terms


ASSIGNMENTS = {column: Sql(f"{column} = %({column})s") for column in COLUMNS.split(", ")}


def update_command(columns: Collection[str]) -> Command:
    """The statement that updates the given columns."""
    assignments = Sql(", ".join(each for column, each in ASSIGNMENTS.items() if column in columns))
    return Command(
        compose("UPDATE booking_terms SET {assignments} WHERE tutor_id = %(tutor_id)s", assignments=assignments)
    )


UPDATES = Variants(lambda: [update_command(ASSIGNMENTS), *(update_command([column]) for column in ASSIGNMENTS)])


def update_terms(db: PooledConnection, tutor_id: int, changes: dict[str, Any]) -> None:
    """Update the given columns."""
    update_command(changes.keys()).run(db, {**changes, "tutor_id": tutor_id})


SET_FREE = Command("UPDATE tutors SET is_free = %s WHERE id = %s")


def set_free(db: PooledConnection, tutor_id: int, *, is_free: bool) -> None:
    """Record whether the tutor teaches for free, that is, means a price of 0."""
    SET_FREE.run(db, (is_free, tutor_id))


FIND_PUBLIC_TERMS = Query(
    str,
    """
SELECT row_to_json(public)::text FROM (
    SELECT terms.time_zone, terms.session_lengths, terms.minimum_notice, terms.booking_window, terms.confirmation,
        terms.cancellation_notice, t.price, terms.group_seats, coalesce(terms.group_price, t.price) AS group_price,
        %(currency)s::text AS currency
    FROM tutors t JOIN booking_terms terms ON terms.tutor_id = t.id WHERE t.id = %(tutor_id)s AND t.listed
) public
""",
)


def find_public_terms(tutor_id: int) -> str | None:
    """The terms that students must know, as JSON text; None for tutors they cannot see."""
    with connection() as db:
        return FIND_PUBLIC_TERMS.one(db, {"tutor_id": tutor_id, "currency": platform_settings().currency})
