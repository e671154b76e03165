"""Statements about announcements; they answer JSON text."""

from typing import Any
from uuid import UUID

from shared.domain.pictures import picture_sql
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson

# The columns of an announcement as clients see it; `a` is its row and `t` its tutor's.
ANNOUNCEMENT = compose(
    """
a.id, (SELECT row_to_json(tutor) FROM (
        SELECT t.id, t.first_name, t.last_name, {picture} AS profile_image
    ) tutor) AS tutor,
    (SELECT coalesce(json_agg(json_build_object('name', name) ORDER BY place), '[]')
        FROM unnest(a.tags) WITH ORDINALITY AS tag (name, place)) AS tags,
    a.title, a.description, format_time(a.created_at, %(zone)s) AS created_at,
    format_time(a.edited_at, %(zone)s) AS edited_at
""",
    picture=Sql(picture_sql("t.picture")),
)
HIDDEN = Sql(", a.hidden_at IS NOT NULL AS hidden")


LIST = """
WITH chosen AS (
    SELECT a.* FROM announcements a JOIN tutors t ON t.id = a.tutor_id WHERE {condition}
)
SELECT (SELECT count(*) FROM chosen) AS count, coalesce((SELECT json_agg(row_to_json(result)) FROM (
    SELECT {announcement} {hidden} FROM chosen a JOIN tutors t ON t.id = a.tutor_id
    ORDER BY a.id DESC LIMIT %(size)s OFFSET %(offset)s
) result), '[]')::text AS results
"""
VISIBLE = Sql("t.listed AND a.hidden_at IS NULL")
BY_TAG = Sql(" AND a.tags_folded @> ARRAY[fold(%(tag)s)]")
BY_TUTOR = Sql(" AND a.tutor_id = %(tutor_id)s")


def _list(condition: str, hidden: str = "") -> Query[PageOfJson]:
    return Query(PageOfJson, compose(LIST, condition=Sql(condition), announcement=ANNOUNCEMENT, hidden=Sql(hidden)))


LIST_ALL = _list(VISIBLE)
LIST_BY_TAG = _list(VISIBLE + BY_TAG)
LIST_BY_TUTOR = _list(VISIBLE + BY_TUTOR)
LIST_BY_BOTH = _list(VISIBLE + BY_TUTOR + BY_TAG)
LIST_OWN = _list("a.tutor_id = %(tutor_id)s", HIDDEN)
LIST_FOR_STAFF = _list(
    """(%(tutor_id)s::int IS NULL OR a.tutor_id = %(tutor_id)s)
    AND CASE %(only)s::text WHEN 'hidden' THEN a.hidden_at IS NOT NULL WHEN 'visible' THEN a.hidden_at IS NULL
        ELSE true END""",
    HIDDEN,
)


def list_announcements(page: PageNumber, tag: str, tutor_id: int | None) -> PageOfJson:
    """A page of the visible announcements, newest first."""
    queries = {(False, False): LIST_ALL, (True, False): LIST_BY_TAG, (False, True): LIST_BY_TUTOR}
    listing = queries.get((bool(tag), tutor_id is not None), LIST_BY_BOTH)
    with connection() as db:
        return listing.get(db, _values(size=page.size, offset=page.offset, tag=tag, tutor_id=tutor_id))


def list_own(page: PageNumber, tutor_id: int) -> PageOfJson:
    """A page of a tutor's announcements, hidden ones too, the newest first."""
    with connection() as db:
        return LIST_OWN.get(db, _values(size=page.size, offset=page.offset, tutor_id=tutor_id))


def list_for_staff(page: PageNumber, tutor_id: int | None, only: str | None) -> PageOfJson:
    """A page of all announcements, newest first; `only` restricts it to hidden or visible ones."""
    with connection() as db:
        values = _values(size=page.size, offset=page.offset, tutor_id=tutor_id, only=only)
        return LIST_FOR_STAFF.get(db, values)


def _values(**more: Any) -> dict[str, Any]:
    return {"zone": platform_settings().time_zone, **more}


LOCK_TUTOR = Command("SELECT FROM tutors WHERE id = %s FOR NO KEY UPDATE")
COUNT = Query(int, "SELECT count(*) FROM announcements WHERE tutor_id = %s")
CHANGED = """
WITH changed AS ({change} RETURNING *)
SELECT row_to_json(result)::text FROM (
    SELECT {announcement} {hidden} FROM changed a JOIN tutors t ON t.id = a.tutor_id
) result
"""
FOLDED = Sql("(SELECT coalesce(array_agg(fold(tag)), '{}') FROM unnest(%(tags)s::text[]) AS tag)")
ADD = Query(
    str,
    compose(
        CHANGED,
        change=compose(
            """INSERT INTO announcements (tutor_id, title, description, tags, tags_folded)
            VALUES (%(tutor_id)s, %(title)s, %(description)s, %(tags)s, {folded})""",
            folded=FOLDED,
        ),
        announcement=ANNOUNCEMENT,
        hidden=HIDDEN,
    ),
)
EDIT = Query(
    str,
    compose(
        CHANGED,
        change=compose(
            """UPDATE announcements SET title = coalesce(%(title)s, title),
                description = coalesce(%(description)s, description), tags = coalesce(%(tags)s::text[], tags),
                tags_folded = CASE WHEN %(tags)s::text[] IS NULL THEN tags_folded ELSE {folded} END,
                edited_at = CASE WHEN (title, description, tags) = (coalesce(%(title)s, title),
                    coalesce(%(description)s, description), coalesce(%(tags)s::text[], tags))
                    THEN edited_at ELSE now() END
            WHERE id = %(id)s AND tutor_id = %(tutor_id)s""",
            folded=FOLDED,
        ),
        announcement=ANNOUNCEMENT,
        hidden=HIDDEN,
    ),
)
DELETE = Command("DELETE FROM announcements WHERE id = %s AND tutor_id = %s")


def lock_tutor(db: PooledConnection, tutor_id: int) -> bool:
    """Lock a tutor against concurrent announcements until the transaction ends; False if there is none."""
    return LOCK_TUTOR.run(db, (tutor_id,)) > 0


def count_announcements(db: PooledConnection, tutor_id: int) -> int:
    return COUNT.get(db, (tutor_id,))


def add_announcement(db: PooledConnection, tutor_id: int, fields: dict[str, Any]) -> str:
    return ADD.get(db, _values(tutor_id=tutor_id, **fields))


def edit_announcement(tutor_id: int, announcement_id: int, fields: dict[str, Any]) -> str | None:
    """Change the given fields; None if the tutor has no such announcement."""
    empty = {"title": None, "description": None, "tags": None}
    with connection() as db:
        return EDIT.one(db, _values(tutor_id=tutor_id, id=announcement_id, **(empty | fields)))


def delete_announcement(tutor_id: int, announcement_id: int) -> bool:
    with connection() as db:
        return DELETE.run(db, (announcement_id, tutor_id)) > 0


# Hiding it again keeps who hid it first, and when.
HIDE = Query(
    UUID,
    """
UPDATE announcements SET hidden_at = coalesce(hidden_at, now()),
    hidden_by = CASE WHEN hidden_at IS NULL THEN %(staff_id)s ELSE hidden_by END
WHERE id = %(id)s RETURNING (SELECT user_id FROM tutors WHERE id = tutor_id)
""",
)
UNHIDE = Query(
    UUID,
    """
UPDATE announcements SET hidden_at = NULL, hidden_by = NULL
WHERE id = %(id)s RETURNING (SELECT user_id FROM tutors WHERE id = tutor_id)
""",
)


def set_hidden(db: PooledConnection, staff_id: UUID, announcement_id: int, *, hidden: bool) -> UUID | None:
    """Hide an announcement or show it again; returns the tutor's account, None if there is no such announcement."""
    return (HIDE if hidden else UNHIDE).one(db, {"id": announcement_id, "staff_id": staff_id})
