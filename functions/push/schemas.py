"""Request and response bodies of the push endpoints."""

import math
import re
from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from functions.push import endpoints
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import NOT_NUMBER, Text, invalid
from shared.kit.http.request_models import RequestModel

BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")
NOT_KEY = "To nie jest klucz przeglądarki."
# The curve P-256.
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def decoded(text: str) -> bytes:
    """Decode base64url, with or without padding; b"" if it is invalid."""
    if not BASE64URL.fullmatch(text):
        return b""
    bare = text.rstrip("=")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4)) if len(bare) % 4 != 1 else b""


def _is_point(text: str) -> list[str]:
    """Check that a point is on the curve: another could reveal our key if each message did not have its own."""
    point = decoded(text)
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    is_on_curve = x < PRIME and y < PRIME and (y * y - x * x * x + 3 * x - B) % PRIME == 0
    return [] if len(point) == 65 and point[0] == 4 and is_on_curve else [NOT_KEY]


def _is_secret(text: str) -> list[str]:
    return [] if len(decoded(text)) == 16 else [NOT_KEY]


def _is_moment(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)):
        return value
    raise invalid(NOT_NUMBER)


class BrowserKeys(RequestModel):
    p256dh: Annotated[str, Text(max_length=200, checks=(_is_point,))]
    auth: Annotated[str, Text(max_length=50, checks=(_is_secret,))]


EXAMPLE: dict[str, Any] = {
    "endpoint": "https://push.example.com/send/8f3a",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}


class NewSubscription(RequestModel):
    """A browser's `PushSubscription` as its `toJSON()` gives it."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    endpoint: Annotated[str, Text(max_length=1000, checks=(endpoints.complaints,))]
    expiration_time: Annotated[
        float | None, BeforeValidator(_is_moment), Field(alias="expirationTime", description="Not needed.")
    ] = None
    keys: BrowserKeys


class PushKey(BaseModel):
    public_key: Annotated[str, Field(description="The `applicationServerKey` of `PushManager.subscribe()`.")]


class Subscription(BaseModel):
    id: int
    service: Annotated[str, Field(description="The host of the push service.")]
    created_at: datetime


class ListedSubscription(Subscription):
    """A browser; `current` is true if it was subscribed from the device you are using."""

    user_agent: str
    current: bool


class Subscriptions(BaseModel):
    results: list[ListedSubscription]
