"""Requests that may come twice: the first one's answer is kept in the transaction of what it did, and given again.

Source: datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from functions.bookings.decisions import Moved, decide
from functions.bookings.refusals import constraints_named
from shared.domain.auth import Caller
from shared.domain.dispatcher import trigger_dispatch
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import AppError, CodedError, FieldErrors
from shared.kit.http.responses import raw_json_response
from shared.kit.json import json_text

HEADER = "Idempotency-Key"
# Visible ASCII.
FORM = re.compile(r"[ -~]{1,255}")
BAD_KEY = "Klucz ma od 1 do 255 znaków ASCII."
HEADER_PARAMETER: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "description": "A key of the client's own, such as a UUID. The same request with the same key is carried "
            "out once and answered alike each time, for 48 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    ]
}


class KeyReused(CodedError):
    """The key was sent before, with another request."""

    status = 422
    code = "idempotency_key_reused"
    detail = "Ten klucz był już użyty do innego żądania."


@dataclass(frozen=True)
class Mark:
    """Whose request it is, under which key, and what tells it from others."""

    user_id: UUID
    key: str
    request_hash: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    body: str


def decided(
    caller: Caller, request: Request, body: BaseModel, act: Callable[[PooledConnection], str], status: int = 200
) -> Response:
    """Carry a decision out, once for its key if it has one, and answer with the JSON text it returns."""
    mark = _read_mark(caller, request, body)

    def named(db: PooledConnection) -> Reply:
        with constraints_named():
            return Reply(status, act(db))

    reply = decide(named if mark is None else lambda db: _once(db, mark, named))
    trigger_dispatch()
    return raw_json_response(reply.body, reply.status)


def _read_mark(caller: Caller, request: Request, body: BaseModel) -> Mark | None:
    """Raises FieldErrors for a key of another form."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not FORM.fullmatch(key):
        raise FieldErrors({HEADER: [BAD_KEY]})
    sent = f"{request.method} {request.url.path} {body.model_dump_json()}"
    return Mark(caller.id, key, hashlib.sha256(sent.encode()).digest())


CLAIM = """
INSERT INTO idempotency_keys (user_id, key, request_hash) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""
KNOWN = "SELECT request_hash, status, body FROM idempotency_keys WHERE user_id = %s AND key = %s"
KEEP = "UPDATE idempotency_keys SET status = %s, body = %s WHERE user_id = %s AND key = %s"


def _once(db: PooledConnection, mark: Mark, act: Callable[[PooledConnection], Reply]) -> Reply:
    """Whoever comes with the key while the first is at it waits for the first one's commit, and finds the answer.

    Raises KeyReused. Refusals are answers too; but one that says who may call is not kept.
    """
    with constraints_named():
        is_first = db.execute(CLAIM, (mark.user_id, mark.key, mark.request_hash)).rowcount == 1
    if not is_first:
        return _known(db, mark)
    try:
        with db.transaction():
            reply = act(db)
    except AppError as refusal:
        if refusal.status == 401 or refusal.status >= 500:
            raise
        reply = Reply(refusal.status, json_text(refusal.body))
    db.execute(KEEP, (reply.status, reply.body, mark.user_id, mark.key))
    return reply


def _known(db: PooledConnection, mark: Mark) -> Reply:
    """Raises KeyReused, or Moved for a key that was forgotten just now."""
    row = db.execute(KNOWN, (mark.user_id, mark.key)).fetchone()
    if row is None:
        raise Moved
    request_hash, status, body = row
    if request_hash != mark.request_hash:
        raise KeyReused
    return Reply(status, body)
