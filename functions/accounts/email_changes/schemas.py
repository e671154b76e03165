"""Request and response bodies of changes of e-mail addresses."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict

from functions.accounts.schemas import RegistrationEmail
from shared.domain.password_rules import MAX_LENGTH
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Text
from shared.kit.http.request_models import RequestModel


class NewEmail(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"email": "ola.nowak@example.com"}})

    email: RegistrationEmail


class EmailChangeToken(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"token": "5f2c…"}})

    token: Annotated[str, Text()]


class EmailChangeRevocation(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"token": "5f2c…", "password": "Zielona!Herbata7"}})

    token: Annotated[str, Text()]
    password: Annotated[str, Text(max_length=MAX_LENGTH, normalized=True)]


class LinkForm(RequestModel):
    """What the page behind a mailed link sends; the password only to revoke a change."""

    model_config = ConfigDict(json_schema_extra={"example": {"password": "Zielona!Herbata7"}})

    password: Annotated[str, Text(max_length=MAX_LENGTH, normalized=True, blank=True)] = ""


class EmailChange(BaseModel):
    """A new address that waits to be confirmed."""

    email: str
    created_at: datetime
    expires_at: datetime
