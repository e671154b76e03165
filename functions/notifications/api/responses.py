"""Response bodies of the notifications feature."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.kit.http.fastapi import BaseModel
from shared.kit.http.response_models import MayBeMissing, Page

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


class Sentence(BaseModel):
    message: Annotated[str, Field(description="One sentence in your language, with times in your time zone.")]


class SessionData(BaseModel):
    """A reservation and its times: `old_start_time` if it was moved, `proposed_*` if a move is proposed."""

    reservation: MayBeMissing[int] = None
    start_time: MayBeMissing[datetime] = None
    end_time: MayBeMissing[datetime] = None
    old_start_time: MayBeMissing[datetime] = None
    proposed_start_time: MayBeMissing[datetime] = None
    proposed_end_time: MayBeMissing[datetime] = None


class NotificationData(SessionData):
    """The reservation, if it is about one, with its `reason` if given; for a series the first one and all `sessions`.

    For a review, its id and its tutor's number; for a waitlist, your entry and the times that you waited for.
    """

    reason: MayBeMissing[str] = None
    review: MayBeMissing[int] = None
    tutor: MayBeMissing[int] = None
    waitlist_entry: MayBeMissing[int] = None
    sessions: MayBeMissing[list[SessionData]] = None


class Notification(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    id: int
    notification: Sentence
    is_read: bool
    created_at: datetime
    kind: Annotated[
        str, Field(description="booking_*, waitlist_*, reminder_*, review_*, report_filed or issue_answered")
    ]
    data: NotificationData


class NotificationPage(Page):
    results: list[Notification]


class UnreadCount(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"unread_notification_count": 3}})

    unread_notification_count: int


class Channels(BaseModel):
    mail: bool
    push: bool


class Preferences(BaseModel):
    """What you are notified about, by channel."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "chat": {"mail": True, "push": True},
                "bookings": {"mail": True, "push": True},
                "reviews": {"mail": False, "push": True},
                "reminders": {"mail": True, "push": False},
            }
        }
    )

    chat: Annotated[Channels, Field(description="Messages that arrive while you are away.")]
    bookings: Annotated[Channels, Field(description="Changes of your sessions and waitlists.")]
    reviews: Annotated[Channels, Field(description="Reviews, replies and, for staff, reports.")]
    reminders: Annotated[Channels, Field(description="Sessions that are about to begin.")]


class CalendarFeed(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"created_at": "2035-01-08T09:30:12+01:00"}})

    created_at: datetime


class NewCalendarFeed(CalendarFeed):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "url": "https://korepetycje.example/api/reservation/calendar/"
                "mLk2v0mYb6oH3V8fJq1c5xW9zR4tN7uA0dE_gS-pQiB.ics",
                "created_at": "2035-01-08T09:30:12+01:00",
            }
        }
    )

    url: Annotated[str, Field(description="The secret address, shown only once.")]
