"""The passkeys of accounts."""

from dataclasses import dataclass
from uuid import UUID

from functions.second_factors.domain.passkeys import KnownPasskey, NewPasskey
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.db.query import Command, Query


@dataclass(frozen=True, slots=True)
class Passkey:
    """A used passkey: its owner, and what to check its signature with."""

    id: int
    user_id: UUID
    public_key: bytes
    sign_count: int


LIST_PASSKEYS = Query(KnownPasskey, "SELECT credential_id, transports FROM passkeys WHERE user_id = %s ORDER BY id")
FIND_PASSKEY = Query(Passkey, "SELECT id, user_id, public_key, sign_count FROM passkeys WHERE credential_id = %s")
ADD_FACTORS = Command("INSERT INTO second_factors (user_id) VALUES (%s) ON CONFLICT (user_id) DO NOTHING")
ADD_PASSKEY = Command("""
INSERT INTO passkeys (user_id, credential_id, public_key, sign_count, transports, name)
VALUES (%(user_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(transports)s, %(name)s)
ON CONFLICT (credential_id) DO NOTHING
""")
# Authenticators without a counter always send 0. The condition accepts a signature only once, even without a lock.
NOTE_USE = Command("""
UPDATE passkeys SET sign_count = %(count)s, last_used_at = now()
WHERE id = %(id)s AND (sign_count < %(count)s OR (sign_count = 0 AND %(count)s = 0))
""")
RENAME_PASSKEY = Command("UPDATE passkeys SET name = %s WHERE id = %s AND user_id = %s")
HAS_PASSKEY = Query(bool, "SELECT EXISTS (SELECT FROM passkeys WHERE id = %s AND user_id = %s)")
HAS_OTHER_FACTOR = Query(
    bool,
    """
SELECT EXISTS (SELECT FROM second_factors WHERE user_id = %(user_id)s AND totp_seed IS NOT NULL)
    OR EXISTS (SELECT FROM passkeys WHERE user_id = %(user_id)s AND id <> %(but)s)
""",
)
DELETE_PASSKEY = Command("DELETE FROM passkeys WHERE id = %s AND user_id = %s")


def list_passkeys(db: PooledConnection, user_id: UUID) -> list[KnownPasskey]:
    return LIST_PASSKEYS.all(db, (user_id,))


def find_passkey(db: PooledConnection, credential_id: bytes) -> Passkey | None:
    return FIND_PASSKEY.one(db, (credential_id,))


def add_passkey(db: PooledConnection, user_id: UUID, passkey: NewPasskey, name: str) -> bool:
    """Add a passkey; False if it already belongs to an account."""
    ADD_FACTORS.run(db, (user_id,))
    return ADD_PASSKEY.run(db, {"user_id": user_id, **_columns(passkey), "name": name}) > 0


def note_use(db: PooledConnection, passkey_id: int, count: int) -> bool:
    """Record the use of a passkey; returns False if it counts signatures and its count has not grown."""
    return NOTE_USE.run(db, {"id": passkey_id, "count": count}) > 0


def rename_passkey(user_id: UUID, passkey_id: int, name: str) -> bool:
    """Rename a passkey; returns whether the account has it."""
    with connection() as db:
        return RENAME_PASSKEY.run(db, (name, passkey_id, user_id)) > 0


def has_passkey(db: PooledConnection, user_id: UUID, passkey_id: int) -> bool:
    return HAS_PASSKEY.get(db, (passkey_id, user_id))


def has_other_factor(db: PooledConnection, user_id: UUID, passkey_id: int) -> bool:
    """Whether the account has an app or a passkey other than this one."""
    return HAS_OTHER_FACTOR.get(db, {"user_id": user_id, "but": passkey_id})


def delete_passkey(db: PooledConnection, user_id: UUID, passkey_id: int) -> None:
    DELETE_PASSKEY.run(db, (passkey_id, user_id))


def _columns(passkey: NewPasskey) -> dict[str, object]:
    return {
        "credential_id": passkey.credential_id,
        "public_key": passkey.public_key,
        "sign_count": passkey.sign_count,
        "transports": passkey.transports,
    }
