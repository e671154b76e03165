"""Accounts with second factors, for tests."""

import secrets
import time
from dataclasses import dataclass

from functions.second_factors.domain.recovery_codes import code_hash, new_codes
from functions.second_factors.domain.totp import STEP_SECONDS, new_seed, password_at, secret_of
from tests.support.people import Person, query


@dataclass(frozen=True)
class Secured:
    """An owner's factors: the secret of an authenticator app, and recovery codes."""

    person: Person
    secret: bytes
    recovery_codes: list[str]

    def code(self, steps_off: int = 0) -> str:
        """The code that the app shows now, or some steps earlier or later."""
        return password_at(self.secret, int(time.time() // STEP_SECONDS) + steps_off)

    @property
    def wrong_code(self) -> str:
        """Six digits that the app does not show around now."""
        shown = {self.code(off) for off in range(-3, 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in shown)


def ticket_for(secured: Secured) -> str:
    """A ticket for a user who gave the right password."""
    ticket = secrets.token_urlsafe(32)
    query(
        """
INSERT INTO second_factor_tickets (ticket_hash, user_id, purpose, expires_at)
VALUES (sha256(%s::bytea), %s, 'sign_in', now() + '10 minutes')
        """,
        ticket.encode(),
        secured.person.id,
    )
    return ticket


def secure(person: Person) -> Secured:
    """Give an account an authenticator app and recovery codes; its sessions count as signed in with a factor."""
    seed, codes = new_seed(), new_codes()
    query("INSERT INTO second_factors (user_id, totp_seed, totp_added_at) VALUES (%s, %s, now())", person.id, seed)
    for each in codes:
        query("INSERT INTO recovery_codes VALUES (%s, %s)", person.id, code_hash(person.id, each))
    query("UPDATE users SET second_factor_at = now() WHERE id = %s", person.id)
    query("UPDATE sign_in_sessions SET second_factor_checked_at = now() WHERE user_id = %s", person.id)
    return Secured(person, secret_of(seed), codes)
