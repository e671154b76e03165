"""Files that are served to the public: an S3 bucket, or a folder."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Protocol

from shared.kit.aws import clients
from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger
from shared.kit.settings import settings


class Storage(Protocol):
    """Keys are relative paths with forward slashes, such as uploads/user/x.webp."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Raises shared.kit.errors.Unavailable."""

    def delete(self, key: str) -> None:
        """Remove a file, best effort: nothing refers to it any more, so a failure is only logged."""


def _unavailable(key: str, error: Exception) -> Unavailable:
    logger().error("file not stored", extra={"key": key, "error": str(error)})
    return Unavailable()


class Bucket:
    """An S3 bucket, served by CloudFront. A name's content never changes, so browsers may cache it forever."""

    def __init__(self, name: str) -> None:
        self.name = name

    def put(self, key: str, content: bytes, content_type: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            clients.s3().put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ContentType=content_type,
                CacheControl="public, max-age=31536000, immutable",
            )
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(key, error) from None

    def delete(self, key: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            clients.s3().delete_object(Bucket=self.name, Key=key)
        except (BotoCoreError, ClientError) as error:
            logger().warning("file not deleted", extra={"key": key, "error": str(error)})


class Folder:
    """A folder that the local server serves."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes, content_type: str) -> None:
        del content_type  # the local server knows it by the extension
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written to a temporary file and renamed, so that no partial file is ever served.
        part = path.with_name(f"{path.name}.part")
        try:
            part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _unavailable(key, error) from None

    def delete(self, key: str) -> None:
        try:
            (self.root / key).unlink(missing_ok=True)
        except OSError as error:
            logger().warning("file not deleted", extra={"key": key, "error": str(error)})


@cache
def storage() -> Storage:
    """The bucket MEDIA_BUCKET, or else the folder MEDIA_FOLDER."""
    if bucket := settings().media_bucket:
        return Bucket(bucket)
    return Folder(Path(settings().media_folder or tempfile.gettempdir()))
