"""Private files in a bucket of S3."""

from pathlib import Path

from shared.kit.aws import clients
from shared.kit.observability.log import logger
from shared.kit.upload_forms import UploadForm, file_unavailable

# Seconds for which an address works: its holder was authorized a moment ago.
FETCH_SECONDS = 300
# What S3 returns for a missing file: without permission to list, it does not say which of the two it is.
MISSING = {"NoSuchKey", "AccessDenied", "404", "403"}


class PrivateBucket:
    """An S3 bucket that cannot be read without a signature."""

    def __init__(self, name: str) -> None:
        self.name = name

    def upload_form(self, key: str, most: int, seconds: int) -> UploadForm:
        from botocore.exceptions import BotoCoreError

        try:
            form = clients.s3().generate_presigned_post(
                self.name, key, Conditions=[["content-length-range", 1, most]], ExpiresIn=seconds
            )
        except BotoCoreError as error:
            raise file_unavailable(key, error) from None
        return UploadForm(form["url"], form["fields"])

    def read(self, key: str, most: int) -> bytes | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return clients.s3().get_object(Bucket=self.name, Key=key)["Body"].read(most + 1)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                logger().info("no such file", extra={"key": key, "error": str(error)})
                return None
            raise file_unavailable(key, error) from None
        except BotoCoreError as error:
            raise file_unavailable(key, error) from None

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
            raise file_unavailable(key, error) from None

    def delete(self, *names: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        objects = [{"Key": name} for name in names]
        try:
            answer = clients.s3().delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})  # type: ignore[typeddict-item] # keys are all it needs
        except (BotoCoreError, ClientError) as error:
            raise file_unavailable(names[0], error) from None
        if failed := answer.get("Errors"):
            raise file_unavailable(failed[0]["Key"], failed[0])

    def locate(self, key: str, *, bodiless: bool = False) -> str | Path:
        from botocore.exceptions import BotoCoreError

        try:
            return clients.s3().generate_presigned_url(
                "head_object" if bodiless else "get_object",
                Params={"Bucket": self.name, "Key": key},
                ExpiresIn=FETCH_SECONDS,
            )
        except BotoCoreError as error:
            raise file_unavailable(key, error) from None
