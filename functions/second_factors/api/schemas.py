"""Request and response bodies of the endpoints of second factors."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from functions.second_factors.api.passkey_schemas import OF_PASSKEY, PasskeyIfAny, ShownPasskey
from functions.second_factors.domain.passkeys import Given, GivenPasskey
from functions.second_factors.domain.relying_party import RelyingParty
from shared.kit.errors import REQUIRED, FieldErrors
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text
from shared.kit.http.request_models import RequestModel

MAX_CODE, MAX_TICKET = 64, 200
Ticket = Annotated[str, Text(max_length=MAX_TICKET)]
# An empty code is an error, a missing one is not: a passkey may be given instead.
CodeOrPasskey = Annotated[
    str | None,
    Text(max_length=MAX_CODE),
    Field(description="A code from your authenticator app or a recovery code, or send `passkey`."),
]
AppCode = Annotated[str, Text(max_length=MAX_CODE), Field(description="The six digits that the new app shows.")]


class GivenFactor(RequestModel):
    """A code or a passkey."""

    model_config = ConfigDict(json_schema_extra={"example": {"code": "287 082"}})

    code: CodeOrPasskey = None
    passkey: Annotated[PasskeyIfAny, Field(description=OF_PASSKEY)] = None

    def given(self, party: RelyingParty) -> Given:
        """The given code or passkey. Raises shared.kit.errors.FieldErrors if neither was given."""
        given = self.given_if_any(party)
        if not given:
            raise FieldErrors({"code": [REQUIRED]})
        return given

    def given_if_any(self, party: RelyingParty) -> Given:
        return self.code or "" if self.passkey is None else GivenPasskey(self.passkey, party)


class GivenSecondFactor(GivenFactor):
    model_config = ConfigDict(json_schema_extra={"example": {"ticket": "Nq3V…", "code": "287 082"}})

    ticket: Annotated[Ticket, Field(description="From the answer to your password.")]
    # As in a sign-in by password: an invalid token proves nothing, but is not an error.
    refresh: Annotated[Any, WithJsonSchema({"type": "string"})] = None


class FactorIfNeeded(GivenFactor):
    """A second factor, needed if the account already has one."""

    model_config = ConfigDict(json_schema_extra={"example": {}})

    code: Annotated[
        str | None,
        Text(max_length=MAX_CODE, blank=True),
        Field(
            description="If you already have a second factor: a code from your app or a recovery code, or send"
            " `passkey`."
        ),
    ] = None


class ShownCode(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"code": "287 082"}})

    code: AppCode


class EnrolmentTicket(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"ticket": "Nq3V…"}})

    ticket: Annotated[Ticket, Field(description="From the link that the operator gave you.")]


class EnrolmentCode(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"ticket": "Nq3V…", "code": "287 082"}})

    ticket: Annotated[Ticket, Field(description="From the link that the operator gave you.")]
    code: AppCode


class NewTokens(BaseModel):
    refresh: str
    access: str


class NewAuthenticatorApp(BaseModel):
    """The secret to add to your app. It is shown only once."""

    secret: Annotated[str, Field(description="In base32, to be typed into the app.")]
    otpauth_uri: Annotated[str, Field(description="The content of the QR code.")]
    qr_code: Annotated[str, Field(description="An SVG image for the app to scan.")]


class RecoveryCodes(BaseModel):
    recovery_codes: Annotated[
        list[str],
        Field(description="Each signs you in once. They are shown only once; empty if you already have some."),
    ]


class SecondFactorsOverview(BaseModel):
    enabled: Annotated[bool, Field(description="Whether signing in requires a second factor.")]
    authenticator_app_added_at: datetime | None
    recovery_codes_left: int
    passkeys: list[ShownPasskey]
