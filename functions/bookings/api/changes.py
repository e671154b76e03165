"""What all routes that change bookings have in common."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from functions.bookings.data.constraint_errors import CONSTRAINT_ERRORS
from functions.bookings.data.queries import get_reservation, read_series
from shared.domain.auth import Caller
from shared.domain.dispatcher import trigger_dispatch
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import AppError, FieldErrors, Unavailable
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.idempotency import KeyReused, run_idempotent
from shared.kit.http.openapi import error_responses

T = TypeVar("T")
P = ParamSpec("P")


def change_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that changes bookings."""
    return error_responses(FieldErrors, *errors, KeyReused, Unavailable)


def change(
    caller: Caller,
    request: Request,
    body: BaseModel,
    *,
    action: Callable[[PooledConnection], T],
    answer: Callable[[PooledConnection, T], str],
    status: int = 200,
) -> Response:
    """Run an action once for its Idempotency-Key, and let the dispatcher notify all users concerned.

    `answer` turns the action's result into JSON text, in the same transaction.
    """
    response = run_idempotent(
        caller.id, request, body, action=action, answer=answer, status=status, errors=CONSTRAINT_ERRORS
    )
    trigger_dispatch()
    return response


def change_booking(
    caller: Caller,
    request: Request,
    booking_id: int,
    body: BaseModel,
    action: Callable[Concatenate[PooledConnection, UUID, int, P], object],
    *given: P.args,
    **named: P.kwargs,
) -> Response:
    """Run an action on a booking, like `change`, and respond with the changed booking."""
    return change(
        caller,
        request,
        body,
        action=lambda db: action(db, caller.id, booking_id, *given, **named),
        answer=lambda db, _: get_reservation(db, booking_id),
    )


def change_series(
    caller: Caller,
    request: Request,
    series_id: UUID,
    body: BaseModel,
    action: Callable[Concatenate[PooledConnection, UUID, UUID, P], object],
    *given: P.args,
    **named: P.kwargs,
) -> Response:
    """Run an action on a series, like `change`, and respond with the changed series."""
    return change(
        caller,
        request,
        body,
        action=lambda db: action(db, caller.id, series_id, *given, **named),
        answer=lambda db, _: read_series(db, caller.id, series_id),
    )
