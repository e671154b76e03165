"""The HTTP endpoints of your passkeys."""

from starlette.requests import Request
from starlette.responses import Response

from functions.second_factors.actions import passkeys as actions
from functions.second_factors.api.passkey_schemas import (
    MadePasskey,
    PasskeyCreationOptions,
    PasskeyRequestOptions,
    PasskeyToRename,
)
from functions.second_factors.api.schemas import FactorIfNeeded, GivenFactor, RecoveryCodes
from functions.second_factors.domain.errors import (
    CodeNeeded,
    LastFactor,
    NoPasskey,
    NoSecondFactor,
    PasskeyAlreadyAdded,
    TooManyPasskeys,
    WrongCode,
    WrongPasskey,
)
from functions.second_factors.domain.passkeys import GivenPasskey
from functions.second_factors.domain.relying_party import relying_party
from shared.domain.auth import PasswordCheckNeeded, User
from shared.kit.errors import NotFound, Throttled, Unavailable
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import origin

passkeys = router("tokens")


@passkeys.post(
    "/api/user/second_factors/passkeys/",
    response_model=PasskeyCreationOptions,
    responses=error_responses(
        PasswordCheckNeeded, CodeNeeded, WrongCode, WrongPasskey, TooManyPasskeys, Throttled, Unavailable
    ),
)
def add_passkey(request: Request, caller: User, body: FactorIfNeeded) -> Response:
    """Start adding a passkey: get the options for `navigator.credentials.create()`.

    It takes effect once you confirm it. Check your password first. If you already have a second factor, send a code or
    a passkey. You may have ten passkeys.
    """
    party = relying_party(origin(request))
    return json_response(actions.add_passkey(caller, body.given_if_any(party), party))


@passkeys.post(
    "/api/user/second_factors/passkeys/confirm/",
    response_model=RecoveryCodes,
    responses=error_responses(PasswordCheckNeeded, WrongPasskey, PasskeyAlreadyAdded, TooManyPasskeys),
)
def confirm_passkey(request: Request, caller: User, body: MadePasskey) -> Response:
    """Confirm the passkey that your browser created, within five minutes.

    If it is your first second factor, you get recovery codes and your other devices are signed out.
    """
    made = GivenPasskey(body.passkey, relying_party(origin(request)))
    return json_response({"recovery_codes": actions.confirm_passkey(caller, made, body.name)})


@passkeys.post(
    "/api/user/second_factors/passkeys/request/",
    response_model=PasskeyRequestOptions,
    responses=error_responses(NoPasskey),
)
def request_passkey(request: Request, caller: User) -> Response:
    """Get the options for `navigator.credentials.get()`, to authorize a change of factors with a passkey."""
    return json_response(actions.request_passkey(caller, relying_party(origin(request))))


@passkeys.patch(
    "/api/user/second_factors/passkeys/{passkey_id:int64}/", response_model=Detail, responses=error_responses(NotFound)
)
def rename_passkey(caller: User, passkey_id: int, body: PasskeyToRename) -> Response:
    """Rename a passkey."""
    actions.rename_passkey(caller, passkey_id, body.name)
    return detail_response("Zmieniono.", caller.language)


@passkeys.post(
    "/api/user/second_factors/passkeys/{passkey_id:int64}/remove/",
    response_model=Detail,
    responses=error_responses(
        PasswordCheckNeeded, NoSecondFactor, WrongCode, WrongPasskey, LastFactor, NotFound, Throttled, Unavailable
    ),
)
def remove_passkey(request: Request, caller: User, passkey_id: int, body: GivenFactor) -> Response:
    """Remove a passkey. Check your password first. To remove your last second factor, turn second factors off."""
    actions.remove_passkey(caller, passkey_id, body.given(relying_party(origin(request))))
    return detail_response("Usunięto.", caller.language)
