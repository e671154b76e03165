"""HTTP routes of presence: who is online, and whether you show that you are."""

from typing import Annotated

from pydantic import ConfigDict, Field
from starlette.responses import Response

from functions.chat.actions import presence
from functions.chat.data.presence import is_shown
from functions.chat.domain.events import PresenceChangedEvent
from shared.domain.auth import User
from shared.kit.errors import FieldErrors
from shared.kit.http.fastapi import BaseModel
from shared.kit.http.fields import Flag
from shared.kit.http.openapi import error_responses
from shared.kit.http.request_models import RequestModel
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

chat_presence = router("chat")


class Presence(BaseModel):
    shown: Annotated[bool, Field(description="Whether the people you talk with see when you are online.")]
    people: Annotated[
        list[PresenceChangedEvent],
        Field(description="Up to 200 people you talk with, without those who hide their presence."),
    ]


class ShownPresence(BaseModel):
    shown: bool


class PresenceChange(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"shown": False}})

    shown: Annotated[bool, Flag(), Field(description="Whether the people you talk with see when you are online.")]


@chat_presence.get("/api/chat/presence/", response_model=Presence)
def list_presence(caller: User) -> Response:
    """List which of the people you talk with are online, and when the others were last seen, if known."""
    return json_response({"shown": is_shown(caller.id), "people": presence.list_presence(caller.id)})


@chat_presence.patch("/api/chat/presence/", response_model=ShownPresence, responses=error_responses(FieldErrors))
def show_presence(caller: User, change: PresenceChange) -> Response:
    """Choose whether the people you talk with see when you are online."""
    presence.show_presence(caller.id, shown=change.shown)
    return json_response({"shown": change.shown})
