"""Tickets: each opens one socket of its user, so that no token appears in a URL that others may log."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from functions.chat.data import user_sockets
from shared.domain.limits import CONNECTS
from shared.kit.security.rate_limits import spend

TICKET_SECONDS = 30


def create_ticket(user_id: UUID, session_id: UUID) -> tuple[str, datetime] | None:
    """Create a ticket; returns it and its expiry, None if the session has just ended. Raises Throttled.

    It counts as a new socket in the rate limit; the socket it opens does not count again.
    """
    spend(CONNECTS, str(user_id))
    ticket = secrets.token_urlsafe(32)
    expires_at = user_sockets.add_ticket(session_id, hash_ticket(ticket), TICKET_SECONDS)
    return None if expires_at is None else (ticket, expires_at)


def hash_ticket(ticket: str) -> bytes:
    """The hash that is stored of a ticket."""
    return hashlib.sha256(ticket.encode(errors="replace")).digest()
