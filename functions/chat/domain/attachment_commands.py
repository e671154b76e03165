"""Request bodies about attachments."""

from typing import Annotated

from pydantic import ConfigDict, Field

from functions.chat.domain.attachment_names import MAX_SIZE
from shared.kit.http.fields import Text, Whole
from shared.kit.http.request_models import RequestModel


class NewUpload(RequestModel):
    """A file to upload."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "zadanie 3.pdf", "size": 81920}})

    name: Annotated[
        str,
        Text(max_length=255, normalized=True, visible=True),
        Field(description="The file's name; a longer one is cut to its first 100 characters and its extension."),
    ]
    size: Annotated[int, Whole(minimum=1), Field(description=f"Bytes, {MAX_SIZE} at most.")]
