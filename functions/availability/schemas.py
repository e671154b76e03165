"""Request and response bodies of the availability endpoints."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.domain.platform_settings import local_zone
from shared.kit.http.fields import Moment

MOMENT = Moment(zone=local_zone)


class NewItem(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"start_time": "2027-05-10T07:00:00.000Z", "end_time": "2027-05-10T08:00:00.000Z"}
        }
    )

    body_error_key: ClassVar[str] = "Error"

    start_time: Annotated[datetime, MOMENT]
    end_time: Annotated[datetime, MOMENT]


class Item(BaseModel):
    id: int
    start_time: str
    end_time: str


class Info(BaseModel):
    Info: str
