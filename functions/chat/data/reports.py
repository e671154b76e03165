"""Statements about reports of messages and people, with copies of the messages around them."""

from typing import Literal, NamedTuple
from uuid import UUID

from functions.chat.domain.members import pair_key
from functions.chat.domain.messages import MessagePlace
from shared.data.notification_events import add_event
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson

Decision = Literal["dismiss", "hide_message", "suspend"]


class AddedReport(NamedTuple):
    """A report; not new if it already existed."""

    id: int
    is_new: bool


# Messages copied on either side of a reported one (for a user, twice as many of the last), and characters of each.
AROUND, COPIED = 10, 2_000
# An existing open report stays as it is. `c` are the messages, `which` selects those to copy.
ADD = """
INSERT INTO reports (kind, reporter_id, person_id, conversation_id, seq, reason, messages)
SELECT {kind}, %(reporter_id)s, u.id, {place}, %(reason)s, coalesce((
    SELECT jsonb_agg(to_jsonb(copied) ORDER BY copied.seq) FROM (
        SELECT c.seq, c.id, c.created_by AS author, left(c.body, {copied}) AS body,
            format_time(c.created_at, %(zone)s) AS created_at, c.deleted_at IS NOT NULL AS deleted
        FROM messages c WHERE c.conversation_id = {conversation} {which}
    ) copied
), '[]')
FROM {reported}
ON CONFLICT (reporter_id, person_id, coalesce(seq, 0)) WHERE decided_at IS NULL DO UPDATE SET kind = excluded.kind
RETURNING id, xmax = 0 AS is_new
"""
ADD_OF_MESSAGE = Query(
    AddedReport,
    compose(
        ADD,
        kind=Sql("'message'"),
        place=Sql("m.conversation_id, m.seq"),
        copied=Sql(COPIED),
        conversation=Sql("m.conversation_id"),
        which=Sql(f"AND c.seq BETWEEN m.seq - {AROUND} AND m.seq + {AROUND}"),
        reported=Sql("""messages m JOIN users u ON u.id = m.created_by
    JOIN conversation_members p ON p.conversation_id = m.conversation_id AND p.user_id = %(reporter_id)s
WHERE m.conversation_id = %(conversation_id)s AND m.seq = %(seq)s AND u.id <> %(reporter_id)s"""),
    ),
)
ADD_OF_PERSON = Query(
    AddedReport,
    compose(
        ADD,
        kind=Sql("'person'"),
        place=Sql("v.id, NULL::bigint"),
        copied=Sql(COPIED),
        conversation=Sql("v.id"),
        which=Sql(f"AND c.seq > v.last_seq - {2 * AROUND}"),
        reported=Sql("""users u LEFT JOIN conversations v ON v.pair = %(pair)s
WHERE u.id = %(person_id)s AND u.confirmed_at IS NOT NULL"""),
    ),
)


def add_of_message(db: PooledConnection, reporter_id: UUID, place: MessagePlace, reason: str) -> bool:
    """Report a message to staff; False for messages the reporter cannot read, and for their own.

    Raises psycopg.errors.ForeignKeyViolation if an account is deleted meanwhile.
    """
    values = {"conversation_id": place.conversation_id, "seq": place.seq}
    return _add(db, ADD_OF_MESSAGE, reporter_id, reason, values)


def add_of_person(db: PooledConnection, reporter_id: UUID, person_id: UUID, reason: str) -> bool:
    """Report a user; False if the account does not exist. Raises the same as `add_of_message`."""
    return _add(
        db, ADD_OF_PERSON, reporter_id, reason, {"person_id": person_id, "pair": pair_key(reporter_id, person_id)}
    )


def _add(
    db: PooledConnection, adding: Query[AddedReport], reporter_id: UUID, reason: str, values: dict[str, object]
) -> bool:
    """Add a report, and notify staff if it is new."""
    common = {"reporter_id": reporter_id, "reason": reason, "zone": platform_settings().time_zone}
    added = adding.one(db, values | common)
    if added and added.is_new:
        add_event(db, "report_filed", f"report {added.id}", added.id)
    return added is not None


PERSON = """
CASE WHEN {account}.id IS NOT NULL THEN json_build_object('id', {account}.id, 'first_name', {account}.first_name,
    'last_name', {account}.last_name, 'suspended', {account}.suspended_at IS NOT NULL) END
"""
REPORT = compose(
    """
r.id, r.kind, r.review, r.issue, r.reason, format_time(r.created_at, %(zone)s) AS created_at, {reporter} AS reporter,
    {person} AS person, r.decision, format_time(r.decided_at, %(zone)s) AS decided_at
""",
    reporter=compose(PERSON, account=Sql("a")),
    person=compose(PERSON, account=Sql("p")),
)
# Reports of reviews and issues are in the same queue, but decided at their own endpoints.
LIST = Query(
    PageOfJson,
    compose(
        """
WITH found AS (
    SELECT id, kind, NULL::bigint AS review, NULL::uuid AS issue, reason, created_at, reporter_id, person_id, decision,
        decided_at
    FROM reports WHERE (decided_at IS NULL) = %(open)s
    UNION ALL
    SELECT NULL, 'review', c.rating_id, NULL, c.reason, c.created_at, c.reporter_id, r.student_id, NULL, c.resolved_at
    FROM review_reports c JOIN ratings r ON r.id = c.rating_id WHERE (c.resolved_at IS NULL) = %(open)s
    UNION ALL
    SELECT NULL, 'issue', NULL, i.id, i.title, i.created_at, i.reported_by, NULL, NULL,
        CASE WHEN i.status IN ('resolved', 'closed') THEN i.updated_at END
    FROM issues i WHERE (i.status IN ('new', 'in_progress')) = %(open)s
), chosen AS (SELECT * FROM found WHERE %(kind)s::text IS NULL OR kind = %(kind)s)
SELECT (SELECT count(*) FROM chosen) AS count, coalesce((SELECT json_agg(row_to_json(result)) FROM (
    SELECT {report} FROM (
        SELECT * FROM chosen ORDER BY created_at, id, review, issue LIMIT %(size)s OFFSET %(offset)s
    ) r LEFT JOIN users a ON a.id = r.reporter_id LEFT JOIN users p ON p.id = r.person_id
    ORDER BY r.created_at, r.id, r.review, r.issue
) result), '[]')::text AS results
""",
        report=REPORT,
    ),
)
GET = Query(
    str,
    compose(
        """
SELECT row_to_json(result)::text FROM (
    SELECT {report}, r.conversation_id AS conversation, r.seq, r.messages, r.note, {staff} AS decided_by, (
            SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'content_type', t.content_type,
                'size', t.size) ORDER BY t.place), '[]')
            FROM messages m JOIN attachments t ON t.message_id = m.id AND t.conversation_id = m.conversation_id
            WHERE m.conversation_id = r.conversation_id AND m.seq = r.seq AND t.removed_at IS NULL
                AND t.created_by IS NOT NULL
        ) AS attachments
    FROM (SELECT *, NULL::bigint AS review, NULL::uuid AS issue FROM reports WHERE id = %(id)s) r
    LEFT JOIN users a ON a.id = r.reporter_id LEFT JOIN users p ON p.id = r.person_id
    LEFT JOIN users d ON d.id = r.decided_by
) result
""",
        report=REPORT,
        staff=compose(PERSON, account=Sql("d")),
    ),
)


def list_reports(page: PageNumber, kind: str | None, *, is_open: bool) -> PageOfJson:
    """A page of the reports, open or decided, optionally of one kind, oldest first."""
    values = {
        "open": is_open,
        "kind": kind,
        "size": page.size,
        "offset": page.offset,
        "zone": platform_settings().time_zone,
    }
    with connection() as db:
        return LIST.get(db, values)


def find_report(report_id: int) -> str | None:
    """A report with the copied messages, as JSON text."""
    with connection() as db:
        return GET.one(db, {"id": report_id, "zone": platform_settings().time_zone})


class ReportedObject(NamedTuple):
    """What a report is about; `place` if it is a message."""

    person_id: UUID
    conversation_id: UUID | None
    seq: int | None

    @property
    def place(self) -> MessagePlace | None:
        if self.conversation_id is None or self.seq is None:
            return None
        return MessagePlace(self.conversation_id, self.seq)


FIND_OBJECT = Query(
    ReportedObject,
    """
SELECT person_id, conversation_id, seq FROM reports WHERE id = %s
""",
)


def find_object(report_id: int) -> ReportedObject | None:
    with connection() as db:
        return FIND_OBJECT.one(db, (report_id,))


# Other open reports about the same message or user are decided with it.
DECIDE = Query(
    int,
    """
UPDATE reports SET decided_at = now(), decided_by = %(staff_id)s, decision = %(decision)s, note = %(note)s
WHERE decided_at IS NULL AND (person_id, coalesce(seq, 0)) = (
    SELECT person_id, coalesce(seq, 0) FROM reports WHERE id = %(id)s AND decided_at IS NULL
)
RETURNING id
""",
)


def decide(db: PooledConnection, report_id: int, staff_id: UUID, decision: Decision, note: str) -> list[int]:
    """Decide on a report; returns the reports decided with it, none if it was already decided."""
    values = {"id": report_id, "staff_id": staff_id, "decision": decision, "note": note}
    return DECIDE.all(db, values)
