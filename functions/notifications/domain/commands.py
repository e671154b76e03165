"""What clients ask for in request bodies."""

from typing import Annotated

from pydantic import ConfigDict

from shared.kit.http.fields import Flag
from shared.kit.http.request_models import RequestModel


class ReadMark(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"is_read": True}})

    is_read: Annotated[bool, Flag()]
