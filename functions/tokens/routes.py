"""The HTTP endpoints of signing in and of tokens."""

from starlette.requests import Request
from starlette.responses import Response

from functions.tokens import refreshing, service
from functions.tokens.schemas import (
    AccessToken,
    AnyToken,
    BearerToken,
    Credentials,
    PasswordGrant,
    PasswordMatches,
    PasswordToCheck,
    RefreshToken,
    TokenPair,
)
from shared.domain.auth import User
from shared.domain.signing_in import AccountSuspended, SecondFactorRequired
from shared.kit.errors import Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import viewer

tokens = router("tokens")


@tokens.recorded.post(
    "/api/token/",
    response_model=TokenPair,
    responses=error_responses(
        service.WrongCredentials, service.NotConfirmed, AccountSuspended, SecondFactorRequired, Throttled
    ),
)
def sign_in(request: Request, credentials: Credentials) -> Response:
    """Sign in: you get an access token for requests and a refresh token for new access tokens.

    Send this device's previous refresh token, even an expired one, as `refresh`, so that other people's failed attempts
    cannot rate-limit you. Send the `link` from a provider sign-in that found your account to sign in with that provider
    from now on. If the account has a second factor, the answer is 401 `second_factor_required` with a `ticket` for
    `/api/token/second_factor/`.
    """
    pair = service.sign_in(
        credentials.email,
        credentials.password,
        viewer(request),
        device_token=credentials.refresh,
        link=credentials.link,
    )
    return json_response({"refresh": pair.refresh, "access": pair.access})


@tokens.post(
    "/api/token/oauth/",
    response_model=BearerToken,
    responses=error_responses(
        service.WrongUsernameOrPassword,
        service.AddressNotConfirmed,
        AccountSuspended,
        SecondFactorRequired,
        Throttled,
    ),
    openapi_extra={
        "requestBody": {
            "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/PasswordGrant"}}}
        }
    },
)
def grant_access_token(request: Request, grant: PasswordGrant) -> Response:
    """Sign in as an OAuth 2 client, with your address as the username; for the Authorize button of these pages.

    An account with a second factor is refused with 401 `second_factor_required`: sign in at `/api/token/` and
    `/api/token/second_factor/`.
    """
    token = service.grant_access_token(grant.username, grant.password, viewer(request))
    return json_response({"access_token": token, "token_type": "bearer"})


@tokens.recorded.post(
    "/api/token/refresh/",
    operation_id="refreshToken",
    response_model=AccessToken,
    responses=error_responses(refreshing.BadToken, refreshing.WrongTokenKind),
)
def refresh(token: RefreshToken) -> Response:
    """Get a new access token. The refresh token stays valid until it expires or its device is signed out.

    With `rotate` true you also get a new refresh token, valid for a week from now, so a session lasts as long as it is
    used, up to 90 days. For a minute the old refresh token still gets the same successor; later use of it ends the
    session, because it may have been stolen.
    """
    refreshed = refreshing.refresh(token.refresh, rotate=token.rotate)
    if refreshed.refresh is None:
        return json_response({"access": refreshed.access})
    return json_response({"access": refreshed.access, "refresh": refreshed.refresh})


@tokens.recorded.post("/api/token/verify/", operation_id="verifyToken", responses=error_responses(refreshing.BadToken))
def verify(token: AnyToken) -> Response:
    """Check whether a token of either kind is valid."""
    refreshing.verify(token.token)
    return json_response({})


@tokens.recorded.post(
    "/api/user/check_password/",
    response_model=PasswordMatches,
    responses=error_responses(service.PasswordRequired, Throttled),
)
def check_password(caller: User, body: PasswordToCheck) -> Response:
    """Check your password. Changing it and deleting your account require this within the last 15 minutes."""
    matches = service.check_password(caller, body.password)
    return json_response({"password_matches": matches})
