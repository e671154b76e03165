"""Private files, in an S3 bucket or a folder. Uploads bypass the functions, by a form."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Protocol

from shared.kit.private_bucket import PrivateBucket
from shared.kit.private_folder import PrivateFolder
from shared.kit.settings import settings
from shared.kit.upload_forms import UploadForm

# Where they lie in the folder of the public files, which does not serve them (local.media).
PRIVATE_FOLDER = "attachments"


class PrivateStorage(Protocol):
    """Keys are relative paths with forward slashes. Every method raises shared.kit.errors.Unavailable."""

    def upload_form(self, key: str, most: int, seconds: int) -> UploadForm:
        """Let somebody upload 1 to `most` bytes as `key` within some seconds; again while they last."""

    def read(self, key: str, most: int) -> bytes | None:
        """A file's content, at most one byte more than `most`; None if there is no such file."""

    def put(self, key: str, content: bytes, content_type: str, disposition: str) -> None:
        """Keep a file and what browsers are told of it."""

    def delete(self, *names: str) -> None:
        """Delete files, those that are not there too."""

    def locate(self, key: str, *, bodiless: bool = False) -> str | Path:
        """Where to fetch a file now: an address, or the file for the server to send.

        An address is signed for GET or, `bodiless`, for HEAD.
        """


@cache
def private_storage() -> PrivateStorage:
    """The bucket of ATTACHMENTS_BUCKET, else a folder in that of the public files."""
    if bucket := settings().attachments_bucket:
        return PrivateBucket(bucket)
    return PrivateFolder(Path(settings().media_folder or tempfile.gettempdir()) / PRIVATE_FOLDER)
