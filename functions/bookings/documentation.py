"""What the API's description says of the bookings endpoints beyond their models."""

from typing import Any

from functions.bookings.idempotency import KeyReused
from functions.bookings.lists import STATES, WHEN
from shared.kit.errors import AppError, FieldErrors, Unavailable
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import query_parameters


def changing(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that decides on bookings."""
    return error_responses(FieldErrors, *errors, KeyReused, Unavailable)


def _choice(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


LIST_PARAMETERS = {
    "parameters": [
        _choice("is_confirmed", "Confirmed ones only, or only those that are not.", {"type": "boolean"}),
        _choice("state", "Those in one state.", {"type": "string", "enum": list(STATES)}),
        _choice("when", "Those that are not over, the soonest first, or those that are.", {"enum": list(WHEN)}),
        *query_parameters(PageQuery),
    ]
}
YEAR_PARAMETER = {
    "parameters": [_choice("year", "This year unless given.", {"type": "integer", "minimum": 1000, "maximum": 9998})]
}
