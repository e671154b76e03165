"""Request and response bodies of the notifications endpoints."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from shared.kit.http.fields import Flag

EXAMPLE: JsonDict = {
    "id": 7,
    "notification": {
        "message": "Nowa rezerwacja: Ola Nowak, w środę 10 stycznia 2035 o 14:00 (zajęcia grupowe, online, 60 min)."
    },
    "is_read": False,
    "created_at": "2035-01-08T09:30:12.345678+01:00",
    "kind": "booking_booked",
    "data": {
        "reservation": 3,
        "start_time": "2035-01-10T14:00:00+01:00",
        "end_time": "2035-01-10T15:00:00+01:00",
    },
}


class ReadMark(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"is_read": True}})

    is_read: Annotated[bool, Flag()]


class Sentence(BaseModel):
    message: str


class Notification(BaseModel):
    """`kind` is booking_* or reminder_*; `data` names the reservation and its times."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    id: int
    notification: Sentence
    is_read: bool
    created_at: str
    kind: str
    data: dict[str, Any]


class NotificationPage(BaseModel):
    count: int
    next: str | None
    previous: str | None
    results: list[Notification]


class UnreadCount(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"unread_notification_count": 3}})

    unread_notification_count: int


class Feed(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"created_at": "2035-01-08T09:30:12+01:00"}})

    created_at: str


class NewFeed(Feed):
    """The address is told this once."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "url": "https://korepetycje.example/api/reservation/calendar/"
                "mLk2v0mYb6oH3V8fJq1c5xW9zR4tN7uA0dE_gS-pQiB.ics",
                "created_at": "2035-01-08T09:30:12+01:00",
            }
        }
    )

    url: str


class Detail(BaseModel):
    detail: str
