"""Statements about notification preferences."""

from typing import NamedTuple
from uuid import UUID

from shared.kit.db.pool import connection
from shared.kit.db.query import Query
from shared.texts import Language


class Preferring(NamedTuple):
    """What a user has silenced, and their language."""

    silenced: list[str]
    language: Language


FIND = Query(Preferring, "SELECT silenced, language FROM users WHERE id = %s")


def find(user_id: UUID) -> Preferring | None:
    """None if the account is gone."""
    with connection() as db:
        return FIND.one(db, (user_id,))


CHANGE = Query(
    Preferring,
    """
UPDATE users SET silenced = array(
    SELECT unnest(silenced || %(off)s::text[]) EXCEPT SELECT unnest(%(on)s::text[]) ORDER BY 1
)
WHERE id = %(user_id)s RETURNING silenced, language
""",
)


def change(user_id: UUID, *, on: list[str], off: list[str]) -> Preferring | None:
    """None if the account is gone."""
    with connection() as db:
        return CHANGE.one(db, {"user_id": user_id, "on": on, "off": off})
