"""Statements that read changes of e-mail addresses."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Query
from shared.texts import Language

LinkPurpose = Literal["change", "revoke"]


class PendingChange(NamedTuple):
    """A change that is pending until it is confirmed at the new address."""

    id: int
    old_email: str
    new_email: str
    created_at: datetime
    expires_at: datetime


FIND_PENDING = Query(
    PendingChange,
    """
SELECT id, old_email, new_email, created_at, expires_at FROM email_changes
WHERE user_id = %s AND confirmed_at IS NULL AND expires_at > now()
""",
)


def find_pending(db: PooledConnection, user_id: UUID) -> PendingChange | None:
    return FIND_PENDING.one(db, (user_id,))


class Link(NamedTuple):
    """What a mailed link would do, for the page behind it."""

    purpose: LinkPurpose
    language: Language
    old_email: str
    new_email: str


FIND_LINK = Query(
    Link,
    """
SELECT t.purpose, u.language, c.old_email, c.new_email
FROM email_tokens t JOIN email_changes c ON c.id = t.change_id JOIN users u ON u.id = c.user_id
WHERE t.token_hash = %s AND t.expires_at > now()
""",
)


def find_link(db: PooledConnection, token_hash: bytes) -> Link | None:
    return FIND_LINK.one(db, (token_hash,))
