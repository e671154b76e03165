"""Request and response bodies of the sign-in endpoints."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text


class SignInToBegin(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"redirect_uri": "https://korepetycje.example/auth/google"}}
    )

    redirect_uri: Annotated[
        str,
        Text(max_length=2000),
        Field(description="Where the provider sends the browser back to: one of the operator's addresses."),
    ]


class BegunSignIn(BaseModel):
    authorization_url: Annotated[str, Field(description="The provider's page to open in the browser.")]
    state: Annotated[
        str, Field(description="The browser comes back with it; abort the sign-in if it comes back with another.")
    ]
    binding: Annotated[str, Field(description="Store it where no other client or site can read it.")]


class ProviderAnswer(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"example": {"state": "o1Yk…", "code": "4/0AeaYSHB…", "binding": "8Zc2…"}}
    )

    state: Annotated[str, Text(max_length=200)]
    code: Annotated[str, Text(max_length=4096)]
    binding: Annotated[str, Text(max_length=200)]
    # As in a sign-in by password: an invalid token proves nothing, but is not an error.
    refresh: Annotated[Any, WithJsonSchema({"type": "string"})] = None


class SignedInTokens(BaseModel):
    refresh: str
    access: str
    user: Annotated[str, Field(description="The address of the account.")]
