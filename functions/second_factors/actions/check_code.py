"""Checking a code: of the authenticator app, or a recovery code.

Wrong ones are counted in the database, with the account locked: guesses are bounded even without Redis, however many
are made at once. Only those who know the password, or are signed in, can make one.
"""

import re
import time
from typing import Literal
from uuid import UUID

from functions.second_factors.data import factors as data
from functions.second_factors.data.factors import Factors
from functions.second_factors.domain.errors import NoSecondFactor
from functions.second_factors.domain.recovery_codes import code_hash
from functions.second_factors.domain.totp import PASSWORD, matching_step, secret_of
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import Throttled

Accepted = Literal["app", "recovery_code"]
# Wrong codes of an account in a quarter of an hour: of a million, three are right at a time.
MOST_FAILURES = 10
BLANKS = re.compile(r"[\s-]")


def check_code(db: PooledConnection, user_id: UUID, code: str) -> Accepted | None:
    """Use a code up; what it was, None for a wrong one, which counts once the transaction is committed.

    Raises NoSecondFactor, shared.kit.errors.Throttled or, without SECOND_FACTOR_SECRET, shared.kit.errors.Unavailable.
    """
    found = data.lock_factors(db, user_id)
    if found is None:
        raise NoSecondFactor
    if found.failures >= MOST_FAILURES:
        raise Throttled(found.seconds_left)
    accepted = _use(db, user_id, found, BLANKS.sub("", code))
    if accepted is None:
        data.count_failure(db, user_id)
    return accepted


def _use(db: PooledConnection, user_id: UUID, factors: Factors, code: str) -> Accepted | None:
    if not PASSWORD.fullmatch(code):
        return "recovery_code" if data.use_recovery_code(db, user_id, code_hash(user_id, code)) else None
    if factors.totp_seed is None:
        return None
    step = matching_step(secret_of(factors.totp_seed), code, time.time(), after=factors.totp_step)
    return "app" if step is not None and data.use_totp_step(db, user_id, step) else None
