"""What clients ask for in request bodies."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from shared.kit.http.fields import Flag


class ReadMark(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"is_read": True}})

    is_read: Annotated[bool, Flag()]
