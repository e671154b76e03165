"""The HTTP endpoints for people not signed in: a second factor after the password, and enrolment by a link."""

from starlette.requests import Request
from starlette.responses import Response

from functions.second_factors.actions import enrolment, sign_in
from functions.second_factors.api.schemas import (
    EnrolmentCode,
    EnrolmentTicket,
    GivenSecondFactor,
    NewAuthenticatorApp,
    NewTokens,
    RecoveryCodes,
)
from functions.second_factors.domain.errors import (
    EnrolmentExpired,
    NothingToConfirm,
    TicketExpired,
    WrongCode,
    WrongSignInCode,
    WrongSignInPasskey,
)
from functions.second_factors.domain.qr_codes import qr_code
from functions.second_factors.domain.relying_party import relying_party
from shared.domain.signing_in import AccountSuspended
from shared.kit.errors import Throttled, Unavailable
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import origin, viewer

sign_ins = router("tokens")


@sign_ins.post(
    "/api/token/second_factor/",
    response_model=NewTokens,
    responses=error_responses(
        WrongSignInCode, WrongSignInPasskey, TicketExpired, AccountSuspended, Throttled, Unavailable
    ),
)
def give_second_factor(request: Request, given: GivenSecondFactor) -> Response:
    """Finish a sign-in that got 401 `second_factor_required`: exchange its ticket and a code for tokens.

    A passkey works instead of a code. The ticket allows five attempts within ten minutes. Send this device's previous
    refresh token, even an expired one, as `refresh`, as with the password.
    """
    factor = given.given(relying_party(origin(request)))
    pair = sign_in.give_factor(given.ticket, factor, viewer(request), device_token=given.refresh)
    return json_response({"refresh": pair.refresh, "access": pair.access})


@sign_ins.post(
    "/api/token/second_factor/enrolment/",
    response_model=NewAuthenticatorApp,
    responses=error_responses(EnrolmentExpired, Unavailable),
)
def begin_enrolment(given: EnrolmentTicket) -> Response:
    """Start adding an authenticator app with the link the operator gave you, which works once, within a day."""
    new = enrolment.begin_enrolment(given.ticket)
    return json_response({"secret": new.secret, "otpauth_uri": new.otpauth_uri, "qr_code": qr_code(new.otpauth_uri)})


@sign_ins.post(
    "/api/token/second_factor/enrolment/confirm/",
    response_model=RecoveryCodes,
    responses=error_responses(EnrolmentExpired, NothingToConfirm, WrongCode, Unavailable),
)
def confirm_enrolment(given: EnrolmentCode) -> Response:
    """Confirm the app with a code it shows. You get recovery codes, and all devices are signed out."""
    return json_response({"recovery_codes": enrolment.confirm_enrolment(given.ticket, given.code)})
