"""Who may use the staff desk, and the reasons they give for their actions."""

from typing import Annotated

from pydantic import ConfigDict, Field
from starlette.requests import Request

from shared.domain.auth import AUTHENTICATION_ERRORS, Caller, NotStaff, staff_only
from shared.kit.errors import AppError
from shared.kit.http.fastapi import BaseModel, Depends
from shared.kit.http.fields import Text
from shared.kit.http.guards import guard
from shared.kit.http.request_models import RequestModel

MAX_REASON = 1_000
Reason = Annotated[str, Text(max_length=MAX_REASON, visible=True), Field(description="The reason; staff can read it.")]


class SecondFactorNeeded(AppError):
    """The staff desk requires a session signed in with a second factor: set one up, and sign in with it."""

    status = 403
    code = "second_factor_needed"
    detail = "Włącz logowanie dwuetapowe i zaloguj się ponownie."


@guard(*AUTHENTICATION_ERRORS, NotStaff, SecondFactorNeeded)
def desk_only(request: Request) -> Caller:
    """Guard: staff who signed in with a second factor."""
    caller = staff_only(request)
    if not caller.passed_second_factor:
        raise SecondFactorNeeded
    return caller


DeskCaller = Annotated[Caller, Depends(desk_only)]


class Justification(RequestModel):
    """The reason for an action of staff, kept in the audit trail."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "Wysyła spam."}})

    reason: Reason


class Decision(BaseModel):
    """What staff decided about something that everybody reads."""

    id: int
    hidden: bool
