"""Files that only those fetch who are let: a bucket of S3, or a folder. Uploads go past the functions, by a form."""

import base64
import hmac
import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Protocol

from shared.kit.aws import clients
from shared.kit.errors import Unavailable
from shared.kit.observability.log import logger
from shared.kit.security.signing_keys import signing_key
from shared.kit.settings import settings

# Where the local server takes what S3 takes at the bucket's own address.
LOCAL_UPLOAD_PATH = "/media/upload/"
# Where they lie in the folder of the public files, which does not serve them (local.media).
PRIVATE_FOLDER = "attachments"
# Seconds for which an address of S3 works: whoever has it was let a moment ago.
FETCH_SECONDS = 300
# What S3 answers for a file that is not there: without the right to list it does not say which.
MISSING = {"NoSuchKey", "AccessDenied", "404", "403"}


@dataclass(frozen=True)
class UploadForm:
    """Where a client posts a file as multipart/form-data: these fields first, then the file in the field `file`.

    The address is whole, or a path on this host.
    """

    url: str
    fields: dict[str, str]


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

    def locate(self, key: str) -> str | Path:
        """Where to fetch a file now: an address, or the file for the server to send."""


class PrivateBucket:
    """A bucket of S3 that nobody reads without a signature."""

    def __init__(self, name: str) -> None:
        self.name = name

    def upload_form(self, key: str, most: int, seconds: int) -> UploadForm:
        from botocore.exceptions import BotoCoreError

        try:
            form = clients.s3().generate_presigned_post(
                self.name, key, Conditions=[["content-length-range", 1, most]], ExpiresIn=seconds
            )
        except BotoCoreError as error:
            raise _unavailable(key, error) from None
        return UploadForm(form["url"], form["fields"])

    def read(self, key: str, most: int) -> bytes | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return clients.s3().get_object(Bucket=self.name, Key=key)["Body"].read(most + 1)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                logger().info("no such file", extra={"key": key, "error": str(error)})
                return None
            raise _unavailable(key, error) from None
        except BotoCoreError as error:
            raise _unavailable(key, error) from None

    def put(self, key: str, content: bytes, content_type: str, disposition: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            clients.s3().put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ContentType=content_type,
                ContentDisposition=disposition,
                CacheControl="private, max-age=86400, immutable",
            )
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(key, error) from None

    def delete(self, *names: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        objects = [{"Key": name} for name in names]
        try:
            answer = clients.s3().delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})  # type: ignore[typeddict-item] # keys are all it needs
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(names[0], error) from None
        if failed := answer.get("Errors"):
            raise _unavailable(failed[0]["Key"], failed[0])

    def locate(self, key: str) -> str | Path:
        from botocore.exceptions import BotoCoreError

        try:
            return clients.s3().generate_presigned_url(
                "get_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=FETCH_SECONDS
            )
        except BotoCoreError as error:
            raise _unavailable(key, error) from None


class BadUpload(Exception):
    """The form's fields were not signed here, or not for now."""


class PrivateFolder:
    """A folder of the local server, which takes and sends the files itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def upload_form(self, key: str, most: int, seconds: int) -> UploadForm:
        policy = json.dumps({"key": key, "most": most, "expiration": int(time.time()) + seconds})
        encoded = base64.b64encode(policy.encode()).decode()
        return UploadForm(
            LOCAL_UPLOAD_PATH, {"key": key, "policy": encoded, "signature": _signature(signing_key(), encoded)}
        )

    def allowed(self, fields: Mapping[str, str]) -> tuple[str, int]:
        """The key that a form may upload as, and how many bytes. Raises BadUpload."""
        encoded, signature = fields.get("policy", ""), fields.get("signature", "")
        if not hmac.compare_digest(_signature(signing_key(), encoded).encode(), signature.encode()):
            raise BadUpload
        policy = json.loads(base64.b64decode(encoded))
        if policy["expiration"] < time.time() or policy["key"] != fields.get("key"):
            raise BadUpload
        return policy["key"], policy["most"]

    def take(self, key: str, source: IO[bytes]) -> None:
        """Keep what was uploaded."""
        try:
            with _part(self._path(key)).open("wb") as part:
                shutil.copyfileobj(source, part)
            _part(self._path(key)).replace(self._path(key))
        except OSError as error:
            raise _unavailable(key, error) from None

    def read(self, key: str, most: int) -> bytes | None:
        try:
            with self._path(key).open("rb") as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unavailable(key, error) from None

    def put(self, key: str, content: bytes, content_type: str, disposition: str) -> None:
        del content_type, disposition  # the server says them with each answer
        try:
            _part(self._path(key)).write_bytes(content)
            _part(self._path(key)).replace(self._path(key))
        except OSError as error:
            raise _unavailable(key, error) from None

    def delete(self, *names: str) -> None:
        try:
            for name in names:
                self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(names[0], error) from None

    def locate(self, key: str) -> str | Path:
        return self._path(key)

    def _path(self, key: str) -> Path:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _part(path: Path) -> Path:
    """Written beside and renamed, so that nobody is sent half a file."""
    return path.with_name(f"{path.name}.part")


def _signature(key: str, policy: str) -> str:
    return hmac.digest(key.encode(), b"upload policy\0" + policy.encode(), "sha256").hex()


def _unavailable(key: str, error: object) -> Unavailable:
    logger().error("private file", extra={"key": key, "error": str(error)})
    return Unavailable()


@cache
def private_storage() -> PrivateStorage:
    """The bucket of ATTACHMENTS_BUCKET, else a folder in that of the public files."""
    if bucket := settings().attachments_bucket:
        return PrivateBucket(bucket)
    return PrivateFolder(Path(settings().media_folder or tempfile.gettempdir()) / PRIVATE_FOLDER)
