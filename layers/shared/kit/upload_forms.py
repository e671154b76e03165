"""Forms by which clients upload files without going through the functions."""

from dataclasses import dataclass

from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger


@dataclass(frozen=True)
class UploadForm:
    """Where a client posts a file as multipart/form-data: these fields first, then the file in the field `file`.

    The address is whole, or a path on this host.
    """

    url: str
    fields: dict[str, str]


def file_unavailable(key: str, error: object) -> Unavailable:
    """The error to raise; what happened is in the log."""
    logger().error("private file", extra={"key": key, "error": str(error)})
    return Unavailable()
