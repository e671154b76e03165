"""Request bodies of the notifications feature."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.domain.topics import TOPICS, Channel, Topic
from shared.kit.http.fields import Flag, Text
from shared.kit.http.partial_update import PartialUpdate
from shared.kit.http.request_models import RequestModel


class ReadMark(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"is_read": True}})

    is_read: Annotated[bool, Flag()]


class ChannelsChange(PartialUpdate, RequestModel):
    mail: Annotated[bool, Flag()] = True
    push: Annotated[bool, Flag()] = True


class PreferencesChange(PartialUpdate, RequestModel):
    """Whether to notify you, by topic and channel; absent fields stay as they are."""

    model_config = ConfigDict(json_schema_extra={"example": {"chat": {"mail": False}, "reminders": {"push": True}}})

    chat: Annotated[ChannelsChange, Field(default_factory=ChannelsChange)]
    bookings: Annotated[ChannelsChange, Field(default_factory=ChannelsChange)]
    reviews: Annotated[ChannelsChange, Field(default_factory=ChannelsChange)]
    reminders: Annotated[ChannelsChange, Field(default_factory=ChannelsChange)]

    def wanted(self) -> dict[Topic, dict[Channel, bool]]:
        """The preferences that the client sent."""
        given = self.changes()
        return {topic: given[topic].changes() for topic in TOPICS if topic in given}


class OneClick(RequestModel):
    """What mail clients send to the address of List-Unsubscribe (RFC 8058)."""

    model_config = ConfigDict(json_schema_extra={"example": {"List-Unsubscribe": "One-Click"}})

    list_unsubscribe: Annotated[str, Text(max_length=100, blank=True), Field(alias="List-Unsubscribe")] = "One-Click"
