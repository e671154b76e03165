"""Statements that check, add and remove the second factors of accounts."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.data.second_factors import DELETE_FACTORS, TURN_OFF
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query

# The window for counting wrong codes, starting with the first.
WINDOW = timedelta(minutes=15)
# How long the owner has to scan the QR code and type what the app shows.
ENROLMENT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of an account; `failures` in the current window, which has `seconds_left`."""

    totp_seed: bytes | None
    totp_step: int
    failures: int
    seconds_left: int


LOCK_FACTORS = Query(
    Factors,
    """
SELECT totp_seed, totp_step, CASE WHEN left_of_window > 0 THEN failures ELSE 0 END AS failures,
    greatest(left_of_window, 0) AS seconds_left
FROM second_factors, LATERAL (
    SELECT coalesce(ceil(extract(epoch FROM failing_since + %(window)s::interval - now())), 0)::int AS left_of_window
) counted
WHERE user_id = %(user_id)s FOR UPDATE OF second_factors
""",
)
# The condition accepts a one-time password only once, and afterwards no older one.
USE_TOTP_STEP = Command("""
UPDATE second_factors SET totp_step = %(step)s WHERE user_id = %(user_id)s AND totp_step < %(step)s
""")
# Of two concurrent deletions, only one finds the code.
USE_RECOVERY_CODE = Command("DELETE FROM recovery_codes WHERE user_id = %s AND code_hash = %s")
COUNT_FAILURE = Command("""
UPDATE second_factors SET
    failures = CASE WHEN failing_since > now() - %(window)s::interval THEN failures + 1 ELSE 1 END,
    failing_since = CASE WHEN failing_since > now() - %(window)s::interval THEN failing_since ELSE now() END
WHERE user_id = %(user_id)s
""")


def lock_factors(db: PooledConnection, user_id: UUID) -> Factors | None:
    """Lock an account's factors against checks and changes until the transaction ends; None if it has none."""
    return LOCK_FACTORS.one(db, {"user_id": user_id, "window": WINDOW})


def use_totp_step(db: PooledConnection, user_id: UUID, step: int) -> bool:
    """Void the passwords of a step and all earlier ones; returns whether it was still valid."""
    return USE_TOTP_STEP.run(db, {"user_id": user_id, "step": step}) > 0


def use_recovery_code(db: PooledConnection, user_id: UUID, code_hash: bytes) -> bool:
    """Use up a recovery code; returns whether it existed."""
    return USE_RECOVERY_CODE.run(db, (user_id, code_hash)) > 0


def count_failure(db: PooledConnection, user_id: UUID) -> None:
    COUNT_FAILURE.run(db, {"user_id": user_id, "window": WINDOW})


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of the factors."""

    email: str
    has_second_factor: bool


LOCK_OWNER = Query(
    Owner,
    """
SELECT email, second_factor_at IS NOT NULL AS has_second_factor FROM users WHERE id = %s FOR NO KEY UPDATE
""",
)
BEGIN_TOTP = Command("""
INSERT INTO second_factors (user_id, new_totp_seed, new_totp_expires_at)
VALUES (%(user_id)s, %(seed)s, now() + %(life)s::interval)
ON CONFLICT (user_id) DO UPDATE
SET new_totp_seed = excluded.new_totp_seed, new_totp_expires_at = excluded.new_totp_expires_at
""")
FIND_NEW_SEED = Query(
    bytes, "SELECT new_totp_seed FROM second_factors WHERE user_id = %s AND new_totp_expires_at > now() FOR UPDATE"
)
CONFIRM_TOTP = Command("""
UPDATE second_factors SET totp_seed = new_totp_seed, totp_added_at = now(), totp_step = %(step)s,
    new_totp_seed = NULL, new_totp_expires_at = NULL
WHERE user_id = %(user_id)s
""")
TURN_ON = Command("UPDATE users SET second_factor_at = now() WHERE id = %s AND second_factor_at IS NULL")
NOTE_CHECK = Command("UPDATE sign_in_sessions SET second_factor_checked_at = now() WHERE id = %s")


def lock_owner(db: PooledConnection, user_id: UUID) -> Owner | None:
    """Lock the owner's account, so that sign-ins wait until the transaction ends; None if it is gone."""
    return LOCK_OWNER.one(db, (user_id,))


def begin_totp(db: PooledConnection, user_id: UUID, seed: bytes) -> None:
    """Store the seed of an app that is being added, replacing any previous one."""
    BEGIN_TOTP.run(db, {"user_id": user_id, "seed": seed, "life": ENROLMENT})


def lock_new_seed(db: PooledConnection, user_id: UUID) -> bytes | None:
    """The seed of the app that is being added, None if there is none or it has expired."""
    return FIND_NEW_SEED.one(db, (user_id,))


def confirm_totp(db: PooledConnection, user_id: UUID, step: int) -> None:
    """Activate the app that is being added, and use up the password it showed."""
    CONFIRM_TOTP.run(db, {"user_id": user_id, "step": step})


def turn_on(db: PooledConnection, user_id: UUID) -> bool:
    """Require a second factor at sign-in; returns whether this was off before."""
    return TURN_ON.run(db, (user_id,)) > 0


def note_check(db: PooledConnection, session_id: UUID) -> None:
    """Record that a second factor was just given in a session."""
    NOTE_CHECK.run(db, (session_id,))


def turn_off(db: PooledConnection, user_id: UUID) -> None:
    """Remove all factors, with their recovery codes."""
    DELETE_FACTORS.run(db, (user_id,))
    TURN_OFF.run(db, (user_id,))


DELETE_CODES = Command("DELETE FROM recovery_codes WHERE user_id = %s")
ADD_CODES = Command("INSERT INTO recovery_codes (user_id, code_hash) SELECT %s, unnest(%s::bytea[])")


def replace_recovery_codes(db: PooledConnection, user_id: UUID, hashes: list[bytes]) -> None:
    DELETE_CODES.run(db, (user_id,))
    ADD_CODES.run(db, (user_id, hashes))


@dataclass(frozen=True, slots=True)
class Overview:
    """What an account has, as JSON text."""

    body: str


SHOW_FACTORS = Query(
    Overview,
    """
SELECT json_build_object(
    'enabled', u.second_factor_at IS NOT NULL,
    'authenticator_app_added_at', format_time(f.totp_added_at, %(zone)s),
    'recovery_codes_left', (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id),
    'passkeys', (SELECT coalesce(json_agg(json_build_object('id', p.id, 'name', p.name,
        'created_at', format_time(p.created_at, %(zone)s), 'last_used_at', format_time(p.last_used_at, %(zone)s))
        ORDER BY p.id), '[]') FROM passkeys p WHERE p.user_id = u.id))::text AS body
FROM users u LEFT JOIN second_factors f ON f.user_id = u.id WHERE u.id = %(user_id)s
""",
)


def show_factors(user_id: UUID, zone: str) -> str:
    """What an account has, as JSON text."""
    with connection() as db:
        return SHOW_FACTORS.get(db, {"user_id": user_id, "zone": zone}).body
