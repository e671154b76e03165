"""Forms by which clients upload files without going through the functions."""

from dataclasses import dataclass

from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger


@dataclass(frozen=True)
class UploadForm:
    """Where a client posts a file as multipart/form-data: these fields first, then the file in the field `file`.

    The address is absolute, or a path on this host.
    """

    url: str
    fields: dict[str, str]


def file_unavailable(key: str, error: object) -> Unavailable:
    """Log what happened, and return the error to raise."""
    logger().error("private file", extra={"key": key, "error": str(error)})
    return Unavailable()
