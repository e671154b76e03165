"""Statements of the staff desk; they answer JSON text."""

from typing import Any
from uuid import UUID

from functions.staff.schemas import ActionsQuery, PeopleQuery
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.http.fields import uuid_or_none
from shared.kit.http.page_pagination import PageOfJson

# The columns of an account as staff see it; `u` is its row.
PERSON = Sql("""
u.id, u.email, u.first_name, u.last_name, (SELECT t.id FROM tutors t WHERE t.user_id = u.id) AS tutor, u.is_staff,
    u.confirmed_at IS NOT NULL AS confirmed, u.second_factor_at IS NOT NULL AS has_second_factor,
    format_time(u.created_at, %(zone)s) AS created_at, format_time(u.suspended_at, %(zone)s) AS suspended_at
""")
PAGE = """
SELECT (SELECT count(*) FROM {table} WHERE {condition}) AS count, coalesce((SELECT json_agg(row_to_json(result)) FROM (
    SELECT {shown} FROM (
        SELECT * FROM {table} {row} WHERE {condition} ORDER BY {order} LIMIT %(size)s OFFSET %(offset)s
    ) {row} {joined} ORDER BY {order}
) result), '[]')::text AS results
"""
LIST_PEOPLE = Query(
    PageOfJson,
    compose(
        PAGE,
        table=Sql("users"),
        # The first expression is that of an index. Three characters are special in a LIKE pattern and are escaped.
        condition=Sql("""
    (%(q)s::text IS NULL OR fold(first_name || ' ' || last_name || ' ' || email)
        LIKE '%%' || regexp_replace(fold(%(q)s), '([\\\\%%_])', '\\\\\\1', 'g') || '%%')
    AND (%(id)s::uuid IS NULL OR id = %(id)s)
    AND CASE %(only)s::text WHEN 'tutors' THEN is_tutor WHEN 'staff' THEN is_staff
        WHEN 'suspended' THEN suspended_at IS NOT NULL ELSE true END"""),
        shown=PERSON,
        row=Sql("u"),
        joined=Sql(""),
        order=Sql("u.created_at DESC, u.id"),
    ),
)
GET_PERSON = Query(
    str,
    compose(
        """
WITH reported AS (
    SELECT decided_at IS NULL AS is_open FROM reports WHERE person_id = %(id)s
    UNION ALL
    SELECT c.resolved_at IS NULL FROM review_reports c JOIN ratings r ON r.id = c.rating_id WHERE r.student_id = %(id)s
)
SELECT row_to_json(result)::text FROM (
    SELECT {person}, u.language, u.time_zone, s.devices, format_time(s.last_used_at, %(zone)s) AS last_used_at, (
            SELECT count(*) FROM bookings b JOIN tutoring_sessions x ON x.id = b.session_id
                LEFT JOIN tutors t ON t.id = x.tutor_id
            WHERE b.state IN ('pending', 'confirmed') AND b.ends_at > now() AND u.id IN (b.student_id, t.user_id)
        ) AS coming_sessions,
        (SELECT count(*) FROM reported WHERE is_open) AS open_reports, (SELECT count(*) FROM reported) AS all_reports
    FROM users u CROSS JOIN (
        SELECT count(*) AS devices, max(last_used_at) AS last_used_at FROM sign_in_sessions
        WHERE user_id = %(id)s AND expires_at > now()
    ) s WHERE u.id = %(id)s
) result
""",
        person=PERSON,
    ),
)
ACCOUNT = """
CASE WHEN {id} IS NOT NULL THEN json_build_object('id', {id}, 'email', {account}.email,
    'first_name', {account}.first_name, 'last_name', {account}.last_name) END
"""
LIST_ACTIONS = Query(
    PageOfJson,
    compose(
        PAGE,
        table=Sql("staff_actions"),
        condition=Sql("""
    (%(actor)s::uuid IS NULL OR actor_id = %(actor)s) AND (%(person)s::uuid IS NULL OR user_id = %(person)s)
    AND (%(action)s::text IS NULL OR action = %(action)s)"""),
        shown=compose(
            """
s.id, format_time(s.at, %(zone)s) AS at, s.action, {actor} AS actor, {person} AS person, s.subject, s.reason
""",
            actor=compose(ACCOUNT, id=Sql("s.actor_id"), account=Sql("a")),
            person=compose(ACCOUNT, id=Sql("s.user_id"), account=Sql("p")),
        ),
        row=Sql("s"),
        joined=Sql("LEFT JOIN users a ON a.id = s.actor_id LEFT JOIN users p ON p.id = s.user_id"),
        order=Sql("s.id DESC"),
    ),
)


def list_people(query: PeopleQuery) -> PageOfJson:
    """A page of the matching accounts, newest first."""
    person_id = uuid_or_none(query.q)
    values = {"q": None if person_id else query.q or None, "id": person_id, "only": query.only}
    with connection() as db:
        return LIST_PEOPLE.get(db, _values(size=query.page.size, offset=query.page.offset, **values))


def find_person(person_id: UUID) -> str | None:
    with connection() as db:
        return GET_PERSON.one(db, _values(id=person_id))


def list_actions(query: ActionsQuery) -> PageOfJson:
    """A page of the audit trail, newest first."""
    values = {"actor": query.actor, "person": query.person, "action": query.action}
    with connection() as db:
        return LIST_ACTIONS.get(db, _values(size=query.page.size, offset=query.page.offset, **values))


def _values(**more: Any) -> dict[str, Any]:
    return {"zone": platform_settings().time_zone, **more}
