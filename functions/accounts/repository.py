"""All statements of the accounts feature except those of the export."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shared.data.accounts import TokenPurpose
from shared.kit.db.pool import PooledConnection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.texts import Language


@dataclass(frozen=True)
class NewUser:
    """An account to add."""

    email: str
    password_hash: str
    first_name: str
    last_name: str
    is_tutor: bool
    language: Language


ADD_USER = Query(
    UUID,
    """
INSERT INTO users (email, password_hash, first_name, last_name, is_tutor, language)
VALUES (%(email)s, %(password_hash)s, %(first_name)s, %(last_name)s, %(is_tutor)s, %(language)s)
RETURNING id
""",
)
ADD_TUTOR = Command("INSERT INTO tutors (user_id) VALUES (%s)")


def add_user(db: PooledConnection, user: NewUser) -> None:
    """Add an account. Raises psycopg.IntegrityError (users_email_key) if the address is taken."""
    user_id = ADD_USER.get(db, vars(user))
    if user.is_tutor:
        ADD_TUTOR.run(db, (user_id,))


class TokenOwner(NamedTuple):
    """The account a token was mailed to."""

    id: UUID
    email: str
    first_name: str
    last_name: str


SELECT_TOKEN_OWNER = Sql("""
SELECT u.id, u.email, u.first_name, u.last_name FROM users u JOIN email_tokens t ON t.user_id = u.id
WHERE t.token_hash = %s AND t.purpose = %s AND t.expires_at > now()
""")
FIND_TOKEN_OWNER = Query(TokenOwner, SELECT_TOKEN_OWNER)
LOCK_TOKEN_OWNER = Query(TokenOwner, compose("{owner} FOR NO KEY UPDATE OF u", owner=SELECT_TOKEN_OWNER))
DELETE_TOKENS = Query(bytes, "DELETE FROM email_tokens WHERE user_id = %s AND purpose = %s RETURNING token_hash")
DELETE_OTHER_TOKENS = Command("DELETE FROM email_tokens WHERE user_id = %s AND purpose = %s AND token_hash <> %s")


def find_token_owner(db: PooledConnection, token_hash: bytes, purpose: TokenPurpose) -> TokenOwner | None:
    """The account a token was mailed to, None if it is unknown, used or expired."""
    return FIND_TOKEN_OWNER.one(db, (token_hash, purpose))


def keep_token(db: PooledConnection, token_hash: bytes, purpose: TokenPurpose) -> TokenOwner | None:
    """Use up all other tokens of the owner and purpose; this one stays valid. None as in `find_token_owner`."""
    owner = LOCK_TOKEN_OWNER.one(db, (token_hash, purpose))
    if owner is None:
        return None
    DELETE_OTHER_TOKENS.run(db, (owner.id, purpose, token_hash))
    return owner if FIND_TOKEN_OWNER.one(db, (token_hash, purpose)) else None


def use_token(db: PooledConnection, token_hash: bytes, purpose: TokenPurpose) -> TokenOwner | None:
    """Use up a token and all others of its owner and purpose; returns the owner, None as in `find_token_owner`.

    The owner is locked first: a concurrent request, with this token or another, waits and then finds none.
    """
    owner = LOCK_TOKEN_OWNER.one(db, (token_hash, purpose))
    if owner is None:
        return None
    used = DELETE_TOKENS.all(db, (owner.id, purpose))
    return owner if token_hash in used else None


CONFIRM = Command("UPDATE users SET confirmed_at = now() WHERE id = %s AND confirmed_at IS NULL")
# A link mailed to the address has arrived, so mails no longer bounce.
MAIL_COMES = Command("UPDATE users SET mail_bounced_at = NULL WHERE id = %s AND mail_bounced_at IS NOT NULL")


def confirm(db: PooledConnection, user_id: UUID) -> bool:
    """Confirm an account whose mailed link was used; returns whether it was unconfirmed before."""
    MAIL_COMES.run(db, (user_id,))
    return CONFIRM.run(db, (user_id,)) > 0


UNLIST = Command("UPDATE tutors SET listed = false WHERE user_id = %s")


def unlist_tutor(db: PooledConnection, user_id: UUID) -> None:
    UNLIST.run(db, (user_id,))


LOCK_CONVERSATIONS = Query(
    UUID,
    """
SELECT id FROM conversations WHERE id IN (SELECT conversation_id FROM conversation_members WHERE user_id = %s)
ORDER BY id FOR UPDATE
""",
)
DELETE_USER = Query(str, "DELETE FROM users WHERE id = %s RETURNING picture")
DELETE_DESERTED_CONVERSATIONS = Command("""
DELETE FROM conversations WHERE id = ANY(%s)
  AND NOT EXISTS (SELECT FROM conversation_members WHERE conversation_members.conversation_id = conversations.id)
""")


def lock_conversations(db: PooledConnection, user_id: UUID) -> list[UUID]:
    """Both members may leave at once; the lock lets the second one see that the first is gone."""
    return LOCK_CONVERSATIONS.all(db, (user_id,))


def delete_user(db: PooledConnection, user_id: UUID) -> str | None:
    """Delete a user; returns the key of the picture.

    Profile, tutor, schedule, ratings and memberships go by cascade; messages stay without an author.
    """
    return DELETE_USER.one(db, (user_id,))


def delete_deserted_conversations(db: PooledConnection, conversation_ids: list[UUID]) -> None:
    """Delete those of the conversations that have no members left."""
    DELETE_DESERTED_CONVERSATIONS.run(db, (conversation_ids,))
