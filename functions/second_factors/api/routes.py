"""The HTTP endpoints of your second factors."""

from starlette.requests import Request
from starlette.responses import Response

from functions.second_factors.actions import authenticator_app, change_factors
from functions.second_factors.api.schemas import (
    FactorIfNeeded,
    GivenFactor,
    NewAuthenticatorApp,
    RecoveryCodes,
    SecondFactorsOverview,
    ShownCode,
)
from functions.second_factors.data.factors import show_factors
from functions.second_factors.domain.errors import (
    CodeNeeded,
    NoSecondFactor,
    NothingToConfirm,
    WrongCode,
    WrongPasskey,
)
from functions.second_factors.domain.qr_codes import qr_code
from functions.second_factors.domain.relying_party import relying_party
from shared.domain.auth import PasswordCheckNeeded, User
from shared.domain.platform_settings import platform_settings
from shared.kit.errors import Throttled, Unavailable
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import origin

second_factors = router("tokens")


@second_factors.get("/api/user/second_factors/", response_model=SecondFactorsOverview)
def get_second_factors(caller: User) -> Response:
    """Get which second factors you have."""
    return raw_json_response(show_factors(caller.id, platform_settings().time_zone))


@second_factors.post(
    "/api/user/second_factors/app/",
    response_model=NewAuthenticatorApp,
    responses=error_responses(PasswordCheckNeeded, CodeNeeded, WrongCode, WrongPasskey, Throttled, Unavailable),
)
def add_authenticator_app(request: Request, caller: User, body: FactorIfNeeded) -> Response:
    """Start adding an authenticator app, which replaces any previous one. It takes effect once you confirm it.

    Check your password first. If you already have a second factor, send a code or a passkey.
    """
    new = authenticator_app.add_app(caller, body.given_if_any(relying_party(origin(request))))
    return json_response({"secret": new.secret, "otpauth_uri": new.otpauth_uri, "qr_code": qr_code(new.otpauth_uri)})


@second_factors.post(
    "/api/user/second_factors/app/confirm/",
    response_model=RecoveryCodes,
    responses=error_responses(PasswordCheckNeeded, NothingToConfirm, WrongCode, Unavailable),
)
def confirm_authenticator_app(caller: User, body: ShownCode) -> Response:
    """Confirm the authenticator app with a code it shows, within 15 minutes.

    If it is your first second factor, you get recovery codes and your other devices are signed out.
    """
    return json_response({"recovery_codes": authenticator_app.confirm_app(caller, body.code)})


@second_factors.post(
    "/api/user/second_factors/recovery_codes/",
    response_model=RecoveryCodes,
    responses=error_responses(PasswordCheckNeeded, NoSecondFactor, WrongCode, WrongPasskey, Throttled, Unavailable),
)
def replace_recovery_codes(request: Request, caller: User, body: GivenFactor) -> Response:
    """Get new recovery codes; the previous ones stop working. Check your password first."""
    given = body.given(relying_party(origin(request)))
    return json_response({"recovery_codes": change_factors.replace_recovery_codes(caller, given)})


@second_factors.post(
    "/api/user/second_factors/turn_off/",
    response_model=Detail,
    responses=error_responses(PasswordCheckNeeded, NoSecondFactor, WrongCode, WrongPasskey, Throttled, Unavailable),
)
def turn_off_second_factors(request: Request, caller: User, body: GivenFactor) -> Response:
    """Remove all your second factors, so that your password alone signs you in. Check your password first."""
    change_factors.turn_off(caller, body.given(relying_party(origin(request))))
    return detail_response("Logowanie nie wymaga już drugiego składnika.", caller.language)
