"""What every route that changes bookings does around its action."""

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from functions.bookings.data.constraint_errors import CONSTRAINT_ERRORS
from shared.domain.auth import Caller
from shared.domain.dispatcher import trigger_dispatch
from shared.kit.db.pool import PooledConnection
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.idempotency import run_idempotent

T = TypeVar("T")


def change(
    caller: Caller,
    request: Request,
    body: BaseModel,
    *,
    action: Callable[[PooledConnection], T],
    answer: Callable[[PooledConnection, T], str],
    status: int = 200,
) -> Response:
    """Run an action once for its Idempotency-Key and let the dispatcher notify everybody concerned.

    `answer` makes JSON text of what the action returns, in the same transaction.
    """
    response = run_idempotent(
        caller.id, request, body, action=action, answer=answer, status=status, errors=CONSTRAINT_ERRORS
    )
    trigger_dispatch()
    return response
