"""Every statement of the sign-in feature."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from functions.sign_in.id_tokens import ProviderIdentity
from shared.data.new_sessions import ACCOUNT, Account
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, compose
from shared.texts import Language


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a sign-in that was begun sends to the provider, and checks in its answer."""

    nonce: str
    code_verifier: str
    redirect_uri: str


# Concurrent runs skip each other's rows: none waits, so there is no deadlock.
DELETE_EXPIRED_REQUESTS = Command("""
DELETE FROM sign_in_requests WHERE state_hash IN (
    SELECT state_hash FROM sign_in_requests WHERE expires_at < now() FOR UPDATE SKIP LOCKED
)
""")
ADD_REQUEST = Command("""
INSERT INTO sign_in_requests (state_hash, binding_hash, nonce, code_verifier, redirect_uri, expires_at)
VALUES (%(state_hash)s, %(binding_hash)s, %(nonce)s, %(code_verifier)s, %(redirect_uri)s, now() + %(life)s)
""")
TAKE_REQUEST = Query(
    SignInRequest,
    """
DELETE FROM sign_in_requests WHERE state_hash = %s AND binding_hash = %s AND expires_at > now()
RETURNING nonce, code_verifier, redirect_uri
""",
)


def add_request(request: SignInRequest, state_hash: bytes, binding_hash: bytes, life: timedelta) -> None:
    values = {
        "state_hash": state_hash,
        "binding_hash": binding_hash,
        "nonce": request.nonce,
        "code_verifier": request.code_verifier,
        "redirect_uri": request.redirect_uri,
        "life": life,
    }
    with connection() as db:
        DELETE_EXPIRED_REQUESTS.run(db)
        ADD_REQUEST.run(db, values)


def take_request(state_hash: bytes, binding_hash: bytes) -> SignInRequest | None:
    """Take a started sign-in, which only the first caller gets; None if it is unknown, another client's or expired."""
    with connection() as db:
        return TAKE_REQUEST.one(db, (state_hash, binding_hash))


@dataclass(frozen=True, slots=True)
class LinkedAccount(Account):
    """An account, with the id of the identity that may sign in to it."""

    identity_id: int


FIND_ACCOUNT = Query(
    LinkedAccount,
    compose(
        """
SELECT {account}, identities.id AS identity_id FROM identities JOIN users ON users.id = user_id
WHERE issuer = %(issuer)s AND subject = %(subject)s AND linked_at IS NOT NULL
""",
        account=ACCOUNT,
    ),
)


def find_account(identity: ProviderIdentity) -> LinkedAccount | None:
    """The account that an identity may sign in to; the identity's e-mail address does not matter."""
    with connection() as db:
        return FIND_ACCOUNT.one(db, {"issuer": identity.issuer, "subject": identity.subject})


DELETE_EXPIRED_LINKS = Command("""
DELETE FROM identities WHERE id IN (
    SELECT id FROM identities WHERE linked_at IS NULL AND link_expires_at < now() FOR UPDATE SKIP LOCKED
)
""")
# A linked identity stays linked, even if its address has moved to another account.
OFFER_LINK = Query(
    UUID,
    """
INSERT INTO identities (user_id, issuer, subject, link_hash, link_expires_at)
SELECT id, %(issuer)s, %(subject)s, %(link_hash)s, now() + %(life)s FROM users WHERE lower(email) = lower(%(email)s)
ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id, link_hash = excluded.link_hash,
    link_expires_at = excluded.link_expires_at
WHERE identities.linked_at IS NULL
RETURNING user_id
""",
)


def offer_link(identity: ProviderIdentity, link_hash: bytes, life: timedelta) -> bool:
    """Offer to link an identity to the account with its e-mail address; returns whether there is such an account."""
    values = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "email": identity.email,
        "link_hash": link_hash,
        "life": life,
    }
    with connection() as db:
        DELETE_EXPIRED_LINKS.run(db)
        return OFFER_LINK.one(db, values) is not None


ADD_USER = Query(
    UUID,
    """
INSERT INTO users (email, password_hash, first_name, last_name, language, confirmed_at)
VALUES (%(email)s, %(password_hash)s, %(first_name)s, %(last_name)s, %(language)s, now())
RETURNING id
""",
)
# A link offered for an account that was deleted meanwhile ends here.
ADD_IDENTITY = Command("""
INSERT INTO identities (user_id, issuer, subject, linked_at) VALUES (%(user_id)s, %(issuer)s, %(subject)s, now())
""")
DELETE_OFFER = Command(
    "DELETE FROM identities WHERE issuer = %(issuer)s AND subject = %(subject)s AND linked_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to add for somebody whom the provider knows."""

    email: str
    password_hash: str
    first_name: str
    last_name: str
    language: Language


def add_account(db: PooledConnection, account: NewAccount, identity: ProviderIdentity) -> None:
    """Add a linked account. Raises psycopg.IntegrityError if the address or identity got an account meanwhile."""
    who = {"issuer": identity.issuer, "subject": identity.subject}
    values = {
        "email": account.email,
        "password_hash": account.password_hash,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "language": account.language,
    }
    user_id = ADD_USER.get(db, values)
    DELETE_OFFER.run(db, who)
    ADD_IDENTITY.run(db, {**who, "user_id": user_id})
