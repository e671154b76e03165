"""Request and response bodies of the tokens endpoints."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, WithJsonSchema

from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Flag, Text
from shared.kit.http.response_models import MayBeMissing, Page


class Credentials(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"email": "ola@example.com", "password": "Zielona!Herbata7"}}
    )

    email: Annotated[str, Text(normalized=True)]
    password: Annotated[str, Text()]
    # An invalid token proves nothing, but is not an error.
    refresh: Annotated[Any, WithJsonSchema({"type": "string"})] = None
    link: Annotated[Any, WithJsonSchema({"type": "string"})] = None


class PasswordGrant(BaseModel):
    """The form of an OAuth 2 password sign-in (RFC 6749, section 4.3); its other fields are ignored."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"username": "ola@example.com", "password": "Zielona!Herbata7"}}
    )

    username: Annotated[str, Text(normalized=True)]
    password: Annotated[str, Text()]


class RefreshToken(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"refresh": "eyJhbGciOi…"}})

    refresh: Annotated[str, Text()]
    rotate: Annotated[bool, Flag()] = False


class AnyToken(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"token": "eyJhbGciOi…"}})

    token: Annotated[str, Text()]


class PasswordToCheck(BaseModel):
    """The value is not validated: anything but a string matches nothing."""

    model_config = ConfigDict(json_schema_extra={"example": {"password": "Zielona!Herbata7"}})

    password: Annotated[Any, WithJsonSchema({"type": "string"})] = None


class TokenPair(BaseModel):
    refresh: str
    access: str


class AccessToken(BaseModel):
    access: str
    refresh: Annotated[MayBeMissing[str], Field(description="The new refresh token; only with `rotate`.")] = None


class BearerToken(BaseModel):
    """An access token for the Authorization header (RFC 6749, section 5.1)."""

    access_token: str
    token_type: Literal["bearer"]


class PasswordMatches(BaseModel):
    password_matches: bool


class Device(BaseModel):
    """A signed-in device; `current` is true for the one you are using."""

    id: UUID
    user_agent: str
    address: str | None
    country: Annotated[
        str | None, Field(description="ISO 3166-1 code of the country it signed in from, null if unknown.")
    ]
    created_at: datetime
    last_used_at: datetime
    current: bool


class DevicePage(Page):
    results: list[Device]


class Identity(BaseModel):
    """A provider's identity, known to it as `subject`, that can sign in to your account."""

    id: int
    issuer: str
    subject: str
    linked_at: datetime


class IdentityPage(Page):
    results: list[Identity]
