"""Statements about issues; they answer JSON text."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson

# The columns of an issue as clients see it; `i` is its row.
ISSUE = Sql("""
i.id, i.category, i.title, i.description, i.status, format_time(i.created_at, %(zone)s) AS created_at,
format_time(i.updated_at, %(zone)s) AS updated_at, i.reported_by
""")
ANSWER = Sql(
    "r.id, r.issue_id AS issue, r.body, format_time(r.created_at, %(zone)s) AS created_at, r.responder_id AS responder"
)


LIST = """
SELECT (SELECT count(*) FROM issues WHERE {condition}) AS count,
    coalesce((SELECT json_agg(row_to_json(result)) FROM (
        SELECT {issue} FROM (
            SELECT * FROM issues WHERE {condition} ORDER BY {order} LIMIT %(size)s OFFSET %(offset)s
        ) i ORDER BY {order}
    ) result), '[]')::text AS results
"""
LIST_OWN = Query(
    PageOfJson,
    compose(LIST, condition=Sql("reported_by = %(user_id)s"), issue=ISSUE, order=Sql("created_at DESC, id")),
)
LIST_OPEN = Query(
    PageOfJson,
    compose(LIST, condition=Sql("status IN ('new', 'in_progress')"), issue=ISSUE, order=Sql("created_at, id")),
)
LIST_BY_STATUS = Query(
    PageOfJson, compose(LIST, condition=Sql("status = %(status)s"), issue=ISSUE, order=Sql("created_at, id"))
)


def list_own(user_id: UUID, page: PageNumber) -> PageOfJson:
    """A page of the issues a user reported, newest first."""
    with connection() as db:
        return LIST_OWN.get(db, _values(user_id=user_id, size=page.size, offset=page.offset))


def list_for_staff(status: str | None, page: PageNumber) -> PageOfJson:
    """A page of all issues, oldest first."""
    listing = LIST_BY_STATUS if status else LIST_OPEN
    with connection() as db:
        return listing.get(db, _values(status=status, size=page.size, offset=page.offset))


GET = Query(
    str,
    compose(
        """
SELECT row_to_json(result)::text FROM (
    SELECT {issue}, coalesce((
        SELECT json_agg(row_to_json(answer)) FROM (
            SELECT {answer} FROM issue_answers r WHERE r.issue_id = i.id ORDER BY r.id
        ) answer
    ), '[]') AS answers
    FROM issues i WHERE i.id = %(id)s AND (i.reported_by = %(user_id)s OR %(is_staff)s)
) result
""",
        issue=ISSUE,
        answer=ANSWER,
    ),
)


def find_issue(issue_id: UUID, user_id: UUID, *, is_staff: bool) -> str | None:
    """An issue with its answers; None if it does not exist or the user may not see it."""
    with connection() as db:
        return GET.one(db, _values(id=issue_id, user_id=user_id, is_staff=is_staff))


LOCK_REPORTER = Command("SELECT FROM users WHERE id = %s FOR NO KEY UPDATE")
COUNT_OPEN = Query(int, "SELECT count(*) FROM issues WHERE reported_by = %s AND status IN ('new', 'in_progress')")
ADD = Query(
    str,
    compose(
        """
WITH added AS (
    INSERT INTO issues (reported_by, category, title, description)
    VALUES (%(user_id)s, %(category)s, %(title)s, %(description)s) RETURNING *
), told AS (
    INSERT INTO notification_events (kind, about, subject) SELECT 'report_filed', 'issue ' || id, 0 FROM added
)
SELECT row_to_json(result)::text FROM (SELECT {issue} FROM added i) result
""",
        issue=ISSUE,
    ),
)


def lock_reporter(db: PooledConnection, user_id: UUID) -> bool:
    """Lock a reporter against concurrent issues until the transaction ends; False if the account is gone."""
    return LOCK_REPORTER.run(db, (user_id,)) > 0


def count_open(db: PooledConnection, user_id: UUID) -> int:
    return COUNT_OPEN.get(db, (user_id,))


def add_issue(db: PooledConnection, user_id: UUID, fields: dict[str, Any]) -> str:
    return ADD.get(db, _values(user_id=user_id, **fields))


@dataclass(frozen=True, slots=True)
class LockedIssue:
    """An issue that nobody else changes before the transaction ends, and its reporter's language."""

    reported_by: UUID
    title: str
    status: str
    language: str | None
    answers: int


# The reporter's account is locked before the issue, as by its deletion. The notification of an answer would lock it
# last.
LOCK = Query(
    LockedIssue,
    """
WITH reporter AS MATERIALIZED (
    SELECT id, language FROM users WHERE id = (SELECT reported_by FROM issues WHERE id = %(id)s) FOR KEY SHARE
)
SELECT i.reported_by, i.title, i.status, reporter.language,
    (SELECT count(*) FROM issue_answers r WHERE r.issue_id = i.id) AS answers
FROM issues i JOIN reporter ON reporter.id = i.reported_by
WHERE i.id = %(id)s AND (i.reported_by = %(user_id)s OR %(is_staff)s) FOR NO KEY UPDATE OF i
""",
)
ADD_ANSWER = Query(
    str,
    compose(
        """
WITH added AS (
    INSERT INTO issue_answers (issue_id, responder_id, body) VALUES (%(id)s, %(user_id)s, %(body)s) RETURNING *
)
SELECT row_to_json(result)::text FROM (SELECT {answer} FROM added r) result
""",
        answer=ANSWER,
    ),
)
SET_STATUS = Query(
    str,
    compose(
        """
WITH changed AS (
    UPDATE issues SET status = %(status)s, updated_at = CASE WHEN status = %(status)s THEN updated_at ELSE now() END
    WHERE id = %(id)s RETURNING *
)
SELECT row_to_json(result)::text FROM (SELECT {issue} FROM changed i) result
""",
        issue=ISSUE,
    ),
)


def lock_issue(db: PooledConnection, issue_id: UUID, user_id: UUID, *, is_staff: bool) -> LockedIssue | None:
    """Lock an issue; None if it does not exist or the user may not see it."""
    return LOCK.one(db, {"id": issue_id, "user_id": user_id, "is_staff": is_staff})


def add_answer(db: PooledConnection, issue_id: UUID, user_id: UUID, body: str) -> str:
    return ADD_ANSWER.get(db, _values(id=issue_id, user_id=user_id, body=body))


def set_status(db: PooledConnection, issue_id: UUID, status: str) -> str:
    """Set the status of a locked issue; returns the issue as JSON text."""
    return SET_STATUS.get(db, _values(id=issue_id, status=status))


def _values(**more: Any) -> dict[str, Any]:
    return {"zone": platform_settings().time_zone, **more}
