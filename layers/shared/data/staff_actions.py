"""The audit trail: what staff and the operator do, to whom, and why. Rows are added and never changed."""

from typing import Literal, NamedTuple
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command

Action = Literal[
    "suspend",
    "lift",
    "revoke_sessions",
    "remove_second_factor",
    "dismiss",
    "hide_message",
    "open_attachment",
    "hide_review",
    "unhide_review",
    "hide_announcement",
    "unhide_announcement",
    "answer_issue",
    "reopen_issue",
    "start_issue",
    "resolve_issue",
    "close_issue",
    "grant",
    "revoke",
    "add",
    "enrol",
]


class Grounds(NamedTuple):
    """Who acts (the operator has no id), why, and on what, such as "review 7"."""

    actor_id: UUID | None
    reason: str = ""
    subject: str = ""


RECORD_ACTION = Command("""
INSERT INTO staff_actions (actor_id, action, user_id, subject, reason)
VALUES (%(actor_id)s, %(action)s, %(user_id)s, %(subject)s, %(reason)s)
""")


def record_action(db: PooledConnection, action: Action, user_id: UUID, grounds: Grounds) -> None:
    """Record an action on an account or something it owns; call it in the transaction that performs the action."""
    values = {"action": action, "user_id": user_id, "actor_id": grounds.actor_id}
    RECORD_ACTION.run(db, values | {"subject": grounds.subject, "reason": grounds.reason})
