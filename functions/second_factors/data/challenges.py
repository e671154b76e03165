"""Challenges that passkeys sign: each is valid once, for one purpose and one person."""

import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID

from functions.second_factors.domain.passkeys import CHALLENGE_BYTES
from shared.kit.db.query import Command, Connection

# What a challenge is for. Those for "sign_in", with a passkey alone, belong to no account yet.
ChallengePurpose = Literal["add", "change", "second_factor", "sign_in"]
LIFE = timedelta(minutes=6)

# Concurrent runs skip each other's rows: none waits, so there is no deadlock.
DELETE_EXPIRED_CHALLENGES = Command("""
DELETE FROM passkey_challenges WHERE challenge IN (
    SELECT challenge FROM passkey_challenges WHERE expires_at < now() FOR UPDATE SKIP LOCKED
)
""")
# One per account and purpose, so that repeated requests store no more.
DELETE_OLD_CHALLENGES = Command("DELETE FROM passkey_challenges WHERE user_id = %(user_id)s AND purpose = %(purpose)s")
ADD_CHALLENGE = Command("""
INSERT INTO passkey_challenges (challenge, user_id, purpose, expires_at)
VALUES (%(challenge)s, %(user_id)s, %(purpose)s, now() + %(life)s::interval)
""")
TAKE_CHALLENGE = Command("""
DELETE FROM passkey_challenges
WHERE challenge = %(challenge)s AND purpose = %(purpose)s AND user_id IS NOT DISTINCT FROM %(user_id)s::uuid
  AND expires_at > now()
""")


def add_challenge(db: Connection, purpose: ChallengePurpose, user_id: UUID | None = None) -> bytes:
    """A new challenge, replacing the account's previous one."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    DELETE_EXPIRED_CHALLENGES.run(db)
    if user_id is not None:
        DELETE_OLD_CHALLENGES.run(db, {"user_id": user_id, "purpose": purpose})
    ADD_CHALLENGE.run(db, {"challenge": challenge, "user_id": user_id, "purpose": purpose, "life": LIFE})
    return challenge


def take_challenge(db: Connection, challenge: bytes, purpose: ChallengePurpose, user_id: UUID | None = None) -> bool:
    """Use up a challenge; returns whether it existed for this account and purpose."""
    return TAKE_CHALLENGE.run(db, {"challenge": challenge, "purpose": purpose, "user_id": user_id}) > 0
