"""Idempotent requests: the response to the first is stored in its transaction and given again to retries.

Source: datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from shared.kit.db import idempotency_keys
from shared.kit.db.idempotency_keys import HOURS_KEPT, IdempotencyKey
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import ConcurrentUpdate, constraint_errors, run_transaction
from shared.kit.errors import AppError, FieldErrors, RecordedError
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.responses import BAD_REQUEST, raw_json_response
from shared.kit.json import json_text

T = TypeVar("T")
HEADER = "Idempotency-Key"
# Visible ASCII.
FORM = re.compile(r"[ -~]{1,255}")
BAD_KEY = "Klucz ma od 1 do 255 znaków ASCII."
IDEMPOTENCY_PARAMETER: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "description": f"A key you choose, such as a UUID. For {HOURS_KEPT} hours, the same request with the same "
            "key is carried out only once and gets the same answer each time.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    ]
}
NO_ERRORS: Mapping[str, type[AppError]] = MappingProxyType({})


class KeyReused(AppError):
    """The key was already used for another request."""

    status = 422
    code = "idempotency_key_reused"
    detail = "Ten klucz był już użyty do innego żądania."


class KeptError(RecordedError):
    """The stored error that answered the first request."""

    body: Any = {}

    def __init__(self, reply: "Reply") -> None:
        super().__init__(reply.status)
        self.body = json.loads(reply.body)
        self.status = reply.status  # type: ignore[misc] # of other errors it is the class's


class Reply(NamedTuple):
    status: int
    body: str


def run_idempotent(
    user_id: UUID,
    request: Request,
    body: BaseModel,
    *,
    action: Callable[[PooledConnection], T],
    answer: Callable[[PooledConnection, T], str],
    status: int = 200,
    errors: Mapping[str, type[AppError]] = NO_ERRORS,
) -> Response:
    """Run an action in a transaction, and only once per Idempotency-Key if the request has one.

    `answer` turns the action's result into JSON text, in the same transaction; `errors` maps violated constraints to
    errors. A stored error is raised as KeptError.

    Raises FieldErrors for a malformed key, KeyReused, Unavailable, and what both functions raise.
    """
    key = read_key(user_id, request, body)

    def run(db: PooledConnection) -> Reply:
        with constraint_errors(errors):
            return Reply(status, answer(db, action(db)))

    reply = run_transaction(run if key is None else lambda db: _run_once(db, key, run, errors))
    if reply.status >= BAD_REQUEST:
        raise KeptError(reply)
    return raw_json_response(reply.body, reply.status)


def read_key(user_id: UUID, request: Request, body: BaseModel) -> IdempotencyKey | None:
    """Raises FieldErrors for a malformed key."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not FORM.fullmatch(key):
        raise FieldErrors({HEADER: [BAD_KEY]})
    sent = f"{request.method} {request.url.path} {body.model_dump_json()}"
    return IdempotencyKey(user_id, key, hashlib.sha256(sent.encode()).digest())


def _run_once(
    db: PooledConnection,
    key: IdempotencyKey,
    run: Callable[[PooledConnection], Reply],
    errors: Mapping[str, type[AppError]],
) -> Reply:
    """Errors are stored responses, too, except those about authentication or rate limits, and server errors."""
    with constraint_errors(errors):
        is_first = idempotency_keys.claim_key(db, key)
    if not is_first:
        return _kept_reply(db, key)
    try:
        with db.transaction():
            reply = run(db)
    except AppError as error:
        if error.status in {401, 429} or error.status >= 500:
            raise
        reply = Reply(error.status, json_text(error.body))
    idempotency_keys.keep_reply(db, key, reply.status, reply.body)
    return reply


def _kept_reply(db: PooledConnection, key: IdempotencyKey) -> Reply:
    """The response to the first request, after waiting for its commit.

    Raises KeyReused, or ConcurrentUpdate for a key that was forgotten just now.
    """
    kept = idempotency_keys.find_reply(db, key)
    if kept is None or kept.status is None or kept.body is None:
        raise ConcurrentUpdate
    if kept.request_hash != key.request_hash:
        raise KeyReused
    return Reply(kept.status, kept.body)
