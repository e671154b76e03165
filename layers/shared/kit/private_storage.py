"""Private files, in an S3 bucket or a folder. Uploads bypass the functions, by a form."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Protocol

from shared.kit.private_bucket import PrivateBucket
from shared.kit.private_folder import PrivateFolder
from shared.kit.settings import settings
from shared.kit.upload_forms import UploadForm

# Their place in the folder of the public files, which is not served from there (local.media).
PRIVATE_FOLDER = "attachments"


class PrivateStorage(Protocol):
    """Keys are relative paths with forward slashes. Every method raises shared.kit.errors.Unavailable."""

    def upload_form(self, key: str, most: int, seconds: int) -> UploadForm:
        """A form that may upload 1 to `most` bytes as `key` for `seconds`, more than once."""

    def read(self, key: str, most: int) -> bytes | None:
        """A file's content, cut off at one byte more than `most`; None if there is no such file."""

    def put(self, key: str, content: bytes, content_type: str, disposition: str) -> None:
        """Store a file, with its headers Content-Type and Content-Disposition."""

    def delete(self, *names: str) -> None:
        """Delete files; missing ones are not an error."""

    def locate(self, key: str, *, bodiless: bool = False) -> str | Path:
        """Where to fetch a file now: a signed address, or the path of a file for the server to send.

        An address is signed for GET or, if `bodiless`, for HEAD.
        """


@cache
def private_storage() -> PrivateStorage:
    """The bucket ATTACHMENTS_BUCKET, or else a folder within that of the public files."""
    if bucket := settings().attachments_bucket:
        return PrivateBucket(bucket)
    return PrivateFolder(Path(settings().media_folder or tempfile.gettempdir()) / PRIVATE_FOLDER)
