"""Request and response bodies of the endpoints of passkeys.

Fields are named as in the specification (www.w3.org/TR/webauthn-3, section 5.1), so that pages can pass them on
unchanged, with PublicKeyCredential.parseCreationOptionsFromJSON(), parseRequestOptionsFromJSON() and toJSON().
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from functions.second_factors.domain.passkeys import MAX_NAME
from shared.kit.http import fields
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text, invalid
from shared.kit.http.request_models import RequestModel
from shared.kit.json import json_text

# Answers with the manufacturer's attestation, which we do not request, can have 6 kB.
MAX_ANSWER = 16_384
OF_PASSKEY = "The toJSON() of what `navigator.credentials.get()` resolved to."
MADE = "The toJSON() of what `navigator.credentials.create()` resolved to."
EXAMPLE: dict[str, Any] = {
    "id": "zq4…",
    "rawId": "zq4…",
    "type": "public-key",
    "response": {"clientDataJSON": "eyJ0…", "attestationObject": "o2Nm…", "transports": ["internal"]},
}


def read_answer(value: Any) -> dict[str, Any]:
    """Parse a browser's answer; its contents are checked with its signature."""
    if value is None:
        raise invalid(fields.NULL)
    if not isinstance(value, dict):
        raise invalid(fields.not_a("dict", value))
    try:
        if len(json_text(value)) > MAX_ANSWER:
            raise invalid(fields.TOO_LONG.format(MAX_ANSWER))
    except RecursionError:
        raise invalid(fields.NOT_VALID) from None
    return value


OBJECT = WithJsonSchema({"type": "object"})
PasskeyAnswer = Annotated[dict[str, Any], BeforeValidator(read_answer), OBJECT]
# One validator wraps both; otherwise each would report an error.
PasskeyIfAny = Annotated[dict[str, Any] | None, BeforeValidator(read_answer), OBJECT]
PasskeyName = Annotated[
    str,
    Text(max_length=MAX_NAME, visible=True, normalized=True),
    Field(description="A name to recognize it by, such as that of your device."),
]


class MadePasskey(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"name": "Telefon", "passkey": EXAMPLE}})

    name: PasskeyName
    passkey: Annotated[PasskeyAnswer, Field(description=MADE)]


class EnrolledPasskey(MadePasskey):
    model_config = ConfigDict(json_schema_extra={"example": {"ticket": "Nq3V…", "name": "Telefon", "passkey": EXAMPLE}})

    ticket: Annotated[str, Text(max_length=200), Field(description="From the link that the operator gave you.")]


class PasskeyTicket(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"ticket": "Nq3V…"}})

    ticket: Annotated[str, Text(max_length=200), Field(description="From the answer to your password.")]


class PasskeyToRename(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"name": "Stary telefon"}})

    name: PasskeyName


class PasskeySignIn(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"passkey": EXAMPLE}})

    passkey: Annotated[PasskeyAnswer, Field(description=OF_PASSKEY)]
    # As in a sign-in by password: an invalid token proves nothing, but is not an error.
    refresh: Annotated[Any, WithJsonSchema({"type": "string"})] = None


class _OfBrowsers(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class PasskeyDescriptor(_OfBrowsers):
    type: Literal["public-key"]
    id: str
    transports: list[str]


class PasskeyParty(_OfBrowsers):
    id: Annotated[str, Field(description="The domain that passkeys are bound to.")]
    name: str


class PasskeyUser(_OfBrowsers):
    id: str
    name: str
    display_name: str


class PasskeyAlgorithm(_OfBrowsers):
    type: Literal["public-key"]
    alg: int


class PasskeySelection(_OfBrowsers):
    resident_key: Literal["required"]
    require_resident_key: bool
    user_verification: Literal["required"]


class PasskeyCreationOptions(_OfBrowsers):
    """Options for `navigator.credentials.create()`, as read by PublicKeyCredential.parseCreationOptionsFromJSON()."""

    rp: PasskeyParty
    user: PasskeyUser
    challenge: str
    pub_key_cred_params: list[PasskeyAlgorithm]
    timeout: Annotated[int, Field(description="In milliseconds.")]
    exclude_credentials: list[PasskeyDescriptor]
    authenticator_selection: PasskeySelection
    attestation: Literal["none"]


class PasskeyRequestOptions(_OfBrowsers):
    """Options for `navigator.credentials.get()`, as read by PublicKeyCredential.parseRequestOptionsFromJSON()."""

    challenge: str
    timeout: Annotated[int, Field(description="In milliseconds.")]
    rp_id: Annotated[str, Field(description="The domain that passkeys are bound to.")]
    allow_credentials: list[PasskeyDescriptor]
    user_verification: Literal["required"]


class ShownPasskey(BaseModel):
    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
