"""The HTTP endpoints of signing in with an OpenID provider."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from functions.sign_in import service
from functions.sign_in.schemas import BegunSignIn, ProviderAnswer, SignedInTokens, SignInToBegin
from functions.sign_in.turns import in_turn
from shared.domain.signing_in import AccountSuspended, SecondFactorRequired
from shared.kit.errors import NotFound, Throttled, Unavailable
from shared.kit.http.localized_errors import preferred_language
from shared.kit.http.middleware import header
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import client_address, viewer

sign_in = router("tokens")


@sign_in.post(
    "/api/token/oidc/begin/",
    response_model=BegunSignIn,
    responses=error_responses(NotFound, service.UnknownRedirect, Throttled, Unavailable),
)
async def begin_provider_sign_in(request: Request, wanted: SignInToBegin) -> Response:
    """Start signing in with the operator's OpenID provider, such as Google; 404 if none is configured.

    Open `authorization_url` within ten minutes, and keep `binding` in this client.
    """
    begun = await in_turn(partial(service.begin, wanted.redirect_uri, client_address(request)))
    return json_response({"authorization_url": begun.authorization_url, "state": begun.state, "binding": begun.binding})


@sign_in.post(
    "/api/token/oidc/",
    response_model=SignedInTokens,
    responses=error_responses(
        NotFound,
        service.SignInExpired,
        service.SignInRefused,
        service.AddressNotVerified,
        service.AccountExists,
        AccountSuspended,
        SecondFactorRequired,
        Throttled,
        Unavailable,
    ),
)
async def complete_provider_sign_in(request: Request, answer: ProviderAnswer) -> Response:
    """Finish a provider sign-in with the `state` and `code` that the browser came back with.

    The first sign-in creates an account, unless your address already has one: then sign in with its password and send
    the `link` from this error. `refresh` is this device's previous refresh token, as at POST /api/token/.
    """
    language = preferred_language(header(request.scope, b"accept-language"))
    brought = (answer.state, answer.code, answer.binding)
    signed_in = await in_turn(
        partial(service.complete, *brought, viewer(request), language=language, device_token=answer.refresh)
    )
    pair = signed_in.tokens
    return json_response({"refresh": pair.refresh, "access": pair.access, "user": signed_in.email})
