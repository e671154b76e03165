"""Request bodies about reading."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.kit.db.integers import MAX_INT64
from shared.kit.http.fields import Whole
from shared.kit.http.request_models import RequestModel


class ConversationRead(RequestModel):
    model_config = ConfigDict(json_schema_extra={"example": {"seq": 12}})

    seq: Annotated[
        int,
        Whole(minimum=1, maximum=MAX_INT64),
        Field(description="The last message you have read; a number past the end means the last one."),
    ]
