"""Checking a second factor: a code from the authenticator app, a recovery code, or a passkey.

Wrong codes are counted in the database, with the account locked, so guesses are limited even without Redis and when
made concurrently. Only people who know the password or are signed in can guess. Signatures cannot be guessed, so
passkeys are neither counted nor blocked by wrong codes.
"""

import re
import time
from typing import Literal
from uuid import UUID

from functions.second_factors.data import factors as data
from functions.second_factors.data.challenges import ChallengePurpose, take_challenge
from functions.second_factors.data.factors import Factors
from functions.second_factors.data.passkeys import Passkey, find_passkey, note_use
from functions.second_factors.domain.errors import NoSecondFactor, WrongCode, WrongPasskey
from functions.second_factors.domain.passkeys import (
    Given,
    GivenPasskey,
    challenge_of,
    check_used,
    credential_id_of,
    is_of,
)
from functions.second_factors.domain.recovery_codes import code_hash
from functions.second_factors.domain.totp import PASSWORD, matching_step, secret_of
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import Throttled

Accepted = Literal["app", "recovery_code", "passkey"]
# Maximum number of wrong codes per account in 15 minutes: three of a million codes are valid at a time.
MOST_FAILURES = 10
BLANKS = re.compile(r"[\s-]")


def check_factor(db: PooledConnection, user_id: UUID, given: Given, purpose: ChallengePurpose) -> Accepted | None:
    """Use up a code or a passkey's challenge; returns the factor's kind, None for a wrong one.

    The caller must commit, also for a wrong factor, so that the use or the failure counts. Raises NoSecondFactor,
    shared.kit.errors.Throttled or, without SECOND_FACTOR_SECRET, shared.kit.errors.Unavailable.
    """
    found = data.lock_factors(db, user_id)
    if found is None:
        raise NoSecondFactor
    if isinstance(given, GivenPasskey):
        return "passkey" if _use_passkey(db, user_id, given, purpose) else None
    if found.failures >= MOST_FAILURES:
        raise Throttled(found.seconds_left)
    accepted = _use_code(db, user_id, found, BLANKS.sub("", given))
    if accepted is None:
        data.count_failure(db, user_id)
    return accepted


def wrong(given: Given) -> WrongCode | WrongPasskey:
    """The error for a factor that was not accepted."""
    return WrongPasskey() if isinstance(given, GivenPasskey) else WrongCode()


def use_passkey(
    db: PooledConnection, passkey: Passkey, given: GivenPasskey, purpose: ChallengePurpose, owner: UUID | None
) -> bool:
    """Use up the challenge made for `owner`; returns whether the passkey signed it."""
    challenge = challenge_of(given.credential)
    if challenge is None or not take_challenge(db, challenge, purpose, owner):
        return False
    if not is_of(given.credential, passkey.user_id, named=owner is None):
        return False
    count = check_used(given, challenge, passkey.public_key, passkey.sign_count)
    return count is not None and note_use(db, passkey.id, count)


def find_given(db: PooledConnection, given: GivenPasskey) -> Passkey | None:
    """The passkey that was used, None if it belongs to no account."""
    credential_id = credential_id_of(given.credential)
    return None if credential_id is None else find_passkey(db, credential_id)


def _use_passkey(db: PooledConnection, user_id: UUID, given: GivenPasskey, purpose: ChallengePurpose) -> bool:
    passkey = find_given(db, given)
    return passkey is not None and passkey.user_id == user_id and use_passkey(db, passkey, given, purpose, user_id)


def _use_code(db: PooledConnection, user_id: UUID, factors: Factors, code: str) -> Accepted | None:
    if not PASSWORD.fullmatch(code):
        return "recovery_code" if data.use_recovery_code(db, user_id, code_hash(user_id, code)) else None
    if factors.totp_seed is None:
        return None
    step = matching_step(secret_of(factors.totp_seed), code, time.time(), after=factors.totp_step)
    return "app" if step is not None and data.use_totp_step(db, user_id, step) else None
