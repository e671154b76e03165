"""What the API's description says of the bookings endpoints beyond their models."""

from typing import Any

from shared.kit.errors import AppError, FieldErrors, Unavailable
from shared.kit.http.idempotency import KeyReused
from shared.kit.http.openapi import error_responses


def change_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that changes bookings."""
    return error_responses(FieldErrors, *errors, KeyReused, Unavailable)
