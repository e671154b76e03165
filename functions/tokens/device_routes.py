"""The HTTP endpoints of signed-in devices."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from functions.tokens import repository
from functions.tokens.schemas import Device, DevicePage
from shared.domain.auth import Caller, User
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.transactions import transaction
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageNumber, PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, raw_json_response
from shared.kit.http.routing import router

devices = router("tokens")
# For the list without pagination: a Lambda function's response is limited to 6 MB.
MOST_DEVICES = PageNumber(size=500)


# Ignores unknown input, like a recorded endpoint: clients send the token that they give up.
@devices.recorded.post("/api/token/logout/", response_model=Detail)
def sign_out(caller: User) -> Response:
    """Sign out this device: its tokens are revoked and its sockets closed. The request body is ignored."""
    return _end_sessions(caller, only=caller.session_id)


@devices.get("/api/token/devices/", response_model=DevicePage, responses=error_responses(FieldErrors, NotFound))
def list_devices(caller: User, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List your signed-in devices, most recently used first."""
    found = repository.list_devices(caller.id, caller.session_id, query.page)
    return raw_json_response(query.page.wrap("/api/token/devices/", found.count, found.results))


@devices.delete("/api/token/devices/", response_model=Detail)
def sign_out_other_devices(caller: User) -> Response:
    """Sign out all your devices but this one."""
    return _end_sessions(caller, but=caller.session_id)


@devices.delete(
    "/api/token/devices/{device_id:lower_uuid}/", response_model=Detail, responses=error_responses(NotFound)
)
def sign_out_device(caller: User, device_id: UUID) -> Response:
    """Sign out one of your devices."""
    return _end_sessions(caller, only=device_id)


@devices.get("/api/token/sessions/", response_model=list[Device], deprecated=True)
def list_sessions(caller: User) -> Response:
    """List your signed-in devices without pagination. Use GET /api/token/devices/ instead."""
    return raw_json_response(repository.list_devices(caller.id, caller.session_id, MOST_DEVICES).results)


@devices.delete("/api/token/sessions/", response_model=Detail, deprecated=True)
def end_other_sessions(caller: User) -> Response:
    """Sign out all your devices but this one. Use DELETE /api/token/devices/ instead."""
    return sign_out_other_devices(caller)


@devices.delete(
    "/api/token/sessions/{session_id:lower_uuid}/",
    response_model=Detail,
    responses=error_responses(NotFound),
    deprecated=True,
)
def end_session(caller: User, session_id: UUID) -> Response:
    """Sign out one of your devices. Use DELETE /api/token/devices/<id>/ instead."""
    return sign_out_device(caller, session_id)


def _end_sessions(caller: Caller, *, only: UUID | None = None, but: UUID | None = None) -> Response:
    with transaction() as db:
        ended, sockets = end_sessions(db, caller.id, only=only, but=but)
    if only is not None and not ended:
        raise NotFound
    close_sockets(sockets)
    return detail_response("Wylogowano.", caller.language)
