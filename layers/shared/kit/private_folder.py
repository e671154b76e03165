"""Private files in a folder; the local server receives and serves them itself."""

import base64
import hmac
import io
import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from shared.kit.security.signing_keys import signing_key
from shared.kit.upload_forms import UploadForm, file_unavailable

# The local server accepts uploads here, as S3 does at the bucket's own address.
LOCAL_UPLOAD_PATH = "/media/upload/"


class BadUpload(Exception):
    """The form's fields were not signed by us, or have expired."""


class PrivateFolder:
    """A folder of the local server, which receives and sends the files itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def upload_form(self, key: str, most: int, seconds: int) -> UploadForm:
        policy = json.dumps({"key": key, "most": most, "expiration": int(time.time()) + seconds})
        encoded = base64.b64encode(policy.encode()).decode()
        return UploadForm(
            LOCAL_UPLOAD_PATH, {"key": key, "policy": encoded, "signature": _signature(signing_key(), encoded)}
        )

    def allowed(self, fields: Mapping[str, str]) -> tuple[str, int]:
        """The key and the number of bytes that a form may upload. Raises BadUpload."""
        encoded, signature = fields.get("policy", ""), fields.get("signature", "")
        if not hmac.compare_digest(_signature(signing_key(), encoded).encode(), signature.encode()):
            raise BadUpload
        policy = json.loads(base64.b64decode(encoded))
        if policy["expiration"] < time.time() or policy["key"] != fields.get("key"):
            raise BadUpload
        return policy["key"], policy["most"]

    def take(self, key: str, source: IO[bytes]) -> None:
        """Store an upload: written to a temporary file and renamed, so that no partial file is served or left over."""
        try:
            path = self._path(key)
            part = path.with_name(f"{path.name}.part")
            try:
                with part.open("wb") as file:
                    shutil.copyfileobj(source, file)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise file_unavailable(key, error) from None

    def read(self, key: str, most: int) -> bytes | None:
        try:
            with self._path(key).open("rb") as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise file_unavailable(key, error) from None

    def put(self, key: str, content: bytes, content_type: str, disposition: str) -> None:
        del content_type, disposition  # the server says them with each response
        self.take(key, io.BytesIO(content))

    def delete(self, *names: str) -> None:
        try:
            for name in names:
                self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise file_unavailable(names[0], error) from None

    def locate(self, key: str, *, bodiless: bool = False) -> str | Path:
        del bodiless  # the server sends what is asked for
        return self._path(key)

    def _path(self, key: str) -> Path:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _signature(key: str, policy: str) -> str:
    return hmac.digest(key.encode(), b"upload policy\0" + policy.encode(), "sha256").hex()
