"""Tickets of people who have given the right password but no second factor yet, and of people who enrol."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from shared.data.new_sessions import ACCOUNT, Account
from shared.kit.db.query import Command, Connection, Query, compose

Purpose = Literal["sign_in", "enrol"]
# Maximum number of codes tried with one ticket.
ATTEMPTS = 5
# How long an enrolment link works.
ENROLMENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The owner of a ticket, and how they signed in."""

    user_id: UUID
    identity_id: int | None
    link_hash: bytes | None


FIND_TICKET = Query(
    Ticket,
    """
SELECT user_id, identity_id, link_hash FROM second_factor_tickets
WHERE ticket_hash = %(hash)s AND purpose = %(purpose)s AND expires_at > now() AND attempts < %(attempts)s
""",
)
SPEND_ATTEMPT = Command("""
UPDATE second_factor_tickets SET attempts = attempts + 1
WHERE ticket_hash = %(hash)s AND purpose = %(purpose)s AND expires_at > now() AND attempts < %(attempts)s
""")
USE_TICKET = Command("DELETE FROM second_factor_tickets WHERE ticket_hash = %s")
SELECT_ACCOUNT = compose("SELECT {account} FROM users WHERE id = %s", account=ACCOUNT)
FIND_ACCOUNT = Query(Account, SELECT_ACCOUNT)
LOCK_ACCOUNT = Query(Account, compose("{select} FOR SHARE", select=SELECT_ACCOUNT))
DELETE_ENROLMENTS = Command("DELETE FROM second_factor_tickets WHERE user_id = %s AND purpose = 'enrol'")
ADD_ENROLMENT = Command("""
INSERT INTO second_factor_tickets (ticket_hash, user_id, purpose, expires_at)
VALUES (%(hash)s, %(user_id)s, 'enrol', now() + %(life)s::interval)
""")


def find_ticket(db: Connection, ticket: str, purpose: Purpose) -> Ticket | None:
    """A ticket; None if it is unknown, used or expired, or too many codes were tried with it."""
    return FIND_TICKET.one(db, _of(ticket, purpose))


def spend_attempt(db: Connection, ticket: str, purpose: Purpose) -> bool:
    """Count a code tried with a ticket; returns whether the attempt is allowed."""
    return SPEND_ATTEMPT.run(db, _of(ticket, purpose)) > 0


def use_ticket(db: Connection, ticket: str) -> None:
    USE_TICKET.run(db, (_hash(ticket),))


def find_account(db: Connection, user_id: UUID) -> Account | None:
    """The account to sign in to, None if it is gone."""
    return FIND_ACCOUNT.one(db, (user_id,))


def lock_account(db: Connection, user_id: UUID) -> Account | None:
    """As `find_account`; until the transaction ends, the account cannot be changed or deleted."""
    return LOCK_ACCOUNT.one(db, (user_id,))


def add_enrolment(db: Connection, user_id: UUID) -> str:
    """Add a ticket that lets its bearer add the account's first factor, replacing any previous one."""
    ticket = secrets.token_urlsafe(32)
    DELETE_ENROLMENTS.run(db, (user_id,))
    ADD_ENROLMENT.run(db, {"hash": _hash(ticket), "user_id": user_id, "life": ENROLMENT})
    return ticket


def _of(ticket: str, purpose: Purpose) -> dict[str, object]:
    return {"hash": _hash(ticket), "purpose": purpose, "attempts": ATTEMPTS}


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).digest()
