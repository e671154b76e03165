"""The HTTP endpoints of passkeys for people not signed in: after the password, alone, or by the operator's link."""

from starlette.requests import Request
from starlette.responses import Response

from functions.second_factors.actions import enrolment, sign_in
from functions.second_factors.api.passkey_schemas import (
    EnrolledPasskey,
    PasskeyCreationOptions,
    PasskeyRequestOptions,
    PasskeySignIn,
    PasskeyTicket,
)
from functions.second_factors.api.schemas import EnrolmentTicket, NewTokens, RecoveryCodes
from functions.second_factors.domain.errors import (
    EnrolmentExpired,
    NoPasskey,
    PasskeyAlreadyAdded,
    TicketExpired,
    WrongPasskey,
    WrongSignInPasskey,
)
from functions.second_factors.domain.passkeys import GivenPasskey
from functions.second_factors.domain.relying_party import relying_party
from shared.domain.signing_in import AccountSuspended
from shared.kit.errors import Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import client_address, origin, viewer

passkey_sign_ins = router("tokens")


@passkey_sign_ins.post(
    "/api/token/second_factor/passkey/",
    response_model=PasskeyRequestOptions,
    responses=error_responses(TicketExpired, NoPasskey),
)
def request_passkey_for_ticket(request: Request, given: PasskeyTicket) -> Response:
    """Get the options for `navigator.credentials.get()`, to send a passkey with a ticket instead of a code."""
    return json_response(sign_in.request_passkey(given.ticket, relying_party(origin(request))))


@passkey_sign_ins.post(
    "/api/token/passkey/begin/", response_model=PasskeyRequestOptions, responses=error_responses(Throttled)
)
def begin_passkey_sign_in(request: Request) -> Response:
    """Start signing in with a passkey alone: get the options for `navigator.credentials.get()`."""
    return json_response(sign_in.begin_passkey_sign_in(relying_party(origin(request)), client_address(request)))


@passkey_sign_ins.post(
    "/api/token/passkey/",
    response_model=NewTokens,
    responses=error_responses(WrongSignInPasskey, AccountSuspended, Throttled),
)
def sign_in_by_passkey(request: Request, given: PasskeySignIn) -> Response:
    """Sign in with a passkey alone, which counts as both factors. `refresh` is this device's previous refresh token."""
    factor = GivenPasskey(given.passkey, relying_party(origin(request)))
    pair = sign_in.sign_in_by_passkey(factor, viewer(request), device_token=given.refresh)
    return json_response({"refresh": pair.refresh, "access": pair.access})


@passkey_sign_ins.post(
    "/api/token/second_factor/enrolment/passkey/",
    response_model=PasskeyCreationOptions,
    responses=error_responses(EnrolmentExpired),
)
def begin_passkey_enrolment(request: Request, given: EnrolmentTicket) -> Response:
    """Start adding a passkey with the link the operator gave you, which works once, within a day."""
    return json_response(enrolment.begin_passkey_enrolment(given.ticket, relying_party(origin(request))))


@passkey_sign_ins.post(
    "/api/token/second_factor/enrolment/passkey/confirm/",
    response_model=RecoveryCodes,
    responses=error_responses(EnrolmentExpired, WrongPasskey, PasskeyAlreadyAdded),
)
def confirm_passkey_enrolment(request: Request, given: EnrolledPasskey) -> Response:
    """Confirm the passkey that your browser created. You get recovery codes, and all devices are signed out."""
    made = GivenPasskey(given.passkey, relying_party(origin(request)))
    return json_response({"recovery_codes": enrolment.confirm_passkey_enrolment(given.ticket, made, given.name)})
