"""Every statement of the tokens feature."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.data.new_sessions import ACCOUNT, Account
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query, Sql, compose
from shared.kit.http.page_pagination import PageNumber, PageOfJson
from shared.kit.security.tokens import Claims


@dataclass(frozen=True, slots=True)
class Candidate(Account):
    """An account that somebody gives a password for; `known_address`: it is signed in from there already."""

    known_address: bool


FIND_ACCOUNT = Query(
    Candidate,
    compose(
        """
SELECT {account}, EXISTS (SELECT FROM sign_in_sessions WHERE user_id = users.id
        AND address BETWEEN %(first)s::inet AND %(last)s::inet) AS known_address
FROM users WHERE lower(email) = lower(%(email)s)
""",
        account=ACCOUNT,
    ),
)
FIND_PASSWORD_HASH = Query(str, "SELECT password_hash FROM users WHERE id = %s")
REPLACE_PASSWORD_HASH = Command("UPDATE users SET password_hash = %s WHERE id = %s AND password_hash = %s")


def find_account(email: str, place: tuple[str, str] | None) -> Candidate | None:
    """The account of an e-mail address; `place`: the first and last address of the caller's network."""
    first, last = place or (None, None)
    with connection() as db:
        return FIND_ACCOUNT.one(db, {"email": email, "first": first, "last": last})


def find_password_hash(user_id: UUID) -> str | None:
    with connection() as db:
        return FIND_PASSWORD_HASH.one(db, (user_id,))


def replace_password_hash(user_id: UUID, old: str, new: str) -> None:
    with connection() as db:
        REPLACE_PASSWORD_HASH.run(db, (new, user_id, old))


@dataclass(frozen=True, slots=True)
class Successor:
    """The refresh token of a session that is in force."""

    generation: int
    made_at: datetime
    expires_at: datetime


# A refresh token is in force if it has no successor, or got one less than a minute ago.
LATEST_ROTATIONS = Sql("""
ARRAY(SELECT replaced_at FROM unnest(rotations) replaced_at
    WHERE replaced_at > now() - interval '60 seconds' ORDER BY replaced_at)
""")
IN_FORCE = compose(
    """id = %(session_id)s AND user_id = %(user_id)s AND expires_at > now()
    AND generation - %(generation)s <= cardinality({latest})""",
    latest=LATEST_ROTATIONS,
)
RETURNING_SUCCESSOR = Sql("""
RETURNING generation, coalesce(rotations[cardinality(rotations)], created_at) AS made_at, expires_at
""")
# Twenty rotations a minute mean a broken client: it gets the latest token again.
ROTATE_SESSION = Query(
    Successor,
    compose(
        """
UPDATE sign_in_sessions SET last_used_at = now(), generation = generation + 1, rotations = {latest} || now(),
    expires_at = least(now() + make_interval(days => %(days)s), created_at + make_interval(days => %(most_days)s))
WHERE {in_force} AND generation = %(generation)s AND cardinality({latest}) < 20
{returning}
""",
        latest=LATEST_ROTATIONS,
        in_force=IN_FORCE,
        returning=RETURNING_SUCCESSOR,
    ),
)
TOUCH_SESSION = Query(
    Successor,
    compose(
        "UPDATE sign_in_sessions SET last_used_at = now() WHERE {in_force} {returning}",
        in_force=IN_FORCE,
        returning=RETURNING_SUCCESSOR,
    ),
)
IS_TOKEN_IN_FORCE = Query(
    bool, compose("SELECT EXISTS (SELECT FROM sign_in_sessions WHERE {in_force})", in_force=IN_FORCE)
)
IS_SESSION_ALIVE = Query(
    bool, "SELECT EXISTS (SELECT FROM sign_in_sessions WHERE id = %s AND user_id = %s AND expires_at > now())"
)
NOTE_PASSWORD_CHECK = Command("UPDATE sign_in_sessions SET password_checked_at = now() WHERE id = %s")


def rotate_session(claims: Claims) -> Successor | None:
    """Create the successor of a refresh token; None if it already has one or is not in force.

    Of two concurrent requests, the second waits and finds that a successor exists.
    """
    days = {"days": platform_settings().refresh_token_days, "most_days": platform_settings().session_days}
    with connection() as db:
        return ROTATE_SESSION.one(db, claims._asdict() | days)


def touch_session(claims: Claims) -> Successor | None:
    """Record that a session is in use; returns its latest refresh token, None if the given one is not in force."""
    with connection() as db:
        return TOUCH_SESSION.one(db, claims._asdict())


def is_token_in_force(claims: Claims) -> bool:
    """Whether the session is alive and the token, if it is a refresh token, is in force."""
    if claims.kind == "access":
        return is_session_alive(claims.user_id, claims.session_id)
    with connection() as db:
        return IS_TOKEN_IN_FORCE.get(db, claims._asdict())


def is_session_alive(user_id: UUID, session_id: UUID) -> bool:
    with connection() as db:
        return IS_SESSION_ALIVE.get(db, (session_id, user_id))


def note_password_check(session_id: UUID) -> None:
    with connection() as db:
        NOTE_PASSWORD_CHECK.run(db, (session_id,))


LIST_DEVICES = Query(
    PageOfJson,
    """
SELECT (SELECT count(*) FROM sign_in_sessions WHERE user_id = %(user_id)s AND expires_at > now()) AS count,
    coalesce('[' || string_agg(row_to_json(device)::text, ',') || ']', '[]') AS results
FROM (
    SELECT id, user_agent, host(address) AS address, country, format_time(created_at, %(zone)s) AS created_at,
           format_time(last_used_at, %(zone)s) AS last_used_at, id = %(current)s AS current
    FROM sign_in_sessions WHERE user_id = %(user_id)s AND expires_at > now()
    ORDER BY last_used_at DESC, id LIMIT %(size)s OFFSET %(offset)s
) device
""",
)


def list_devices(user_id: UUID, current: UUID, page: PageNumber) -> PageOfJson:
    """The signed-in devices, most recently used first; `current` is the caller's session."""
    values = {"user_id": user_id, "current": current, "size": page.size, "offset": page.offset}
    with connection() as db:
        return LIST_DEVICES.get(db, {**values, "zone": platform_settings().time_zone})


LIST_IDENTITIES = Query(
    PageOfJson,
    """
SELECT (SELECT count(*) FROM identities WHERE user_id = %(user_id)s AND linked_at IS NOT NULL) AS count,
    coalesce('[' || string_agg(row_to_json(identity)::text, ',') || ']', '[]') AS results
FROM (
    SELECT id, issuer, subject, format_time(linked_at, %(zone)s) AS linked_at
    FROM identities WHERE user_id = %(user_id)s AND linked_at IS NOT NULL
    ORDER BY identities.linked_at DESC, id DESC LIMIT %(size)s OFFSET %(offset)s
) identity
""",
)
DELETE_IDENTITY = Command("DELETE FROM identities WHERE id = %s AND user_id = %s AND linked_at IS NOT NULL")


def list_identities(user_id: UUID, page: PageNumber) -> PageOfJson:
    """The provider identities that may sign in to an account, most recently linked first."""
    values = {"user_id": user_id, "size": page.size, "offset": page.offset, "zone": platform_settings().time_zone}
    with connection() as db:
        return LIST_IDENTITIES.get(db, values)


def delete_identity(db: PooledConnection, identity_id: int, user_id: UUID) -> bool:
    """Delete an identity; returns whether it was linked to this account."""
    return DELETE_IDENTITY.run(db, (identity_id, user_id)) > 0
