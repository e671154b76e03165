"""The HTTP endpoints of signing in and of tokens."""

from uuid import UUID

from fastapi import Request, Response

from functions.tokens import repository, service
from functions.tokens.schemas import (
    AccessToken,
    AnyToken,
    BearerToken,
    Credentials,
    Device,
    PasswordGrant,
    PasswordMatches,
    PasswordToCheck,
    RefreshToken,
    TokenPair,
)
from shared.domain.auth import User
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound, Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import client_address

tokens = router("tokens")
SIGNED_OUT = {"detail": "Wylogowano."}


@tokens.recorded.post(
    "/api/token/",
    response_model=TokenPair,
    responses=error_responses(service.WrongCredentials, service.NotConfirmed, Throttled),
)
def sign_in(request: Request, credentials: Credentials) -> Response:
    """Sign in: you get an access token for requests and a refresh token for new access tokens."""
    agent = request.headers.get("user-agent", "")
    pair = service.sign_in(credentials.email, credentials.password, agent, client_address(request))
    return json_response({"refresh": pair.refresh, "access": pair.access})


@tokens.post(
    "/api/token/oauth/",
    response_model=BearerToken,
    responses=error_responses(service.WrongUsernameOrPassword, service.AddressNotConfirmed, Throttled),
    openapi_extra={
        "requestBody": {
            "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/PasswordGrant"}}}
        }
    },
)
def grant_access_token(request: Request, grant: PasswordGrant) -> Response:
    """Sign in as an OAuth 2 client does, with your address as the username; for the Authorize button of these pages."""
    agent = request.headers.get("user-agent", "")
    token = service.grant_access_token(grant.username, grant.password, agent, client_address(request))
    return json_response({"access_token": token, "token_type": "bearer"})


@tokens.recorded.post(
    "/api/token/refresh/",
    operation_id="refreshToken",
    response_model=AccessToken,
    responses=error_responses(service.BadToken, service.WrongTokenKind),
)
def refresh(token: RefreshToken) -> Response:
    """Get a new access token. The refresh token stays valid until it expires or its device is signed out."""
    return json_response(service.refresh(token.refresh))


@tokens.recorded.post("/api/token/verify/", operation_id="verifyToken", responses=error_responses(service.BadToken))
def verify(token: AnyToken) -> Response:
    """Check whether a token of either kind is valid."""
    service.verify(token.token)
    return json_response({})


@tokens.recorded.post(
    "/api/user/check_password/",
    response_model=PasswordMatches,
    responses=error_responses(service.PasswordRequired, Throttled),
)
def check_password(request: Request, caller: User, body: PasswordToCheck) -> Response:
    """Check your password. Changing it and deleting your account require this within the last 15 minutes."""
    matches = service.check_password(caller, body.password, client_address(request))
    return json_response({"password_matches": matches})


@tokens.post("/api/token/logout/", response_model=Detail)
def sign_out(caller: User) -> Response:
    """Sign out this device: its tokens are void and its sockets are closed."""
    return _end(caller.id, only=caller.session_id)


@tokens.get("/api/token/sessions/", response_model=list[Device])
def list_devices(caller: User) -> Response:
    """List your signed-in devices, the last used one first."""
    return raw_json_response(repository.list_devices(caller.id, caller.session_id))


@tokens.delete("/api/token/sessions/", response_model=Detail)
def sign_out_other_devices(caller: User) -> Response:
    """Sign out all your devices but this one."""
    return _end(caller.id, but=caller.session_id)


@tokens.delete(
    "/api/token/sessions/{session_id:lower_uuid}/", response_model=Detail, responses=error_responses(NotFound)
)
def sign_out_device(caller: User, session_id: UUID) -> Response:
    """Sign out one of your devices."""
    return _end(caller.id, only=session_id)


def _end(user_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> Response:
    with transaction() as db:
        ended, sockets = end_sessions(db, user_id, only=only, but=but)
    if only is not None and not ended:
        raise NotFound
    close_sockets(sockets)
    return json_response(SIGNED_OUT)
