"""The archive of a backup: a tar file with its manifest at the end, so that a truncated one has none.

`database.dump` is in pg_dump's custom format, `media/…` are the pictures, `keys/…` the keys for tokens and TLS.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from local.options import CannotStart

FORMAT = 1
DATABASE, MANIFEST = "database.dump", "manifest.json"
# Names allowed in an archive: none that lead out of the folder it is unpacked into.
NAME = re.compile(r"database\.dump|keys/[\w.-]+|keys/tls/[\w.-]+|media/(?!.*\.\.)[^\x00\\]+")
CHUNK = 1024 * 1024
OWNER_ONLY = 0o600


class BadArchive(CannotStart):
    """The file is not a backup, is incomplete, or is from a newer release."""


@dataclass(frozen=True)
class Manifest:
    """The metadata of a backup; `sha256` by member, `created_at` in UTC."""

    format: int
    created_at: str
    revision: str
    sha256: dict[str, str]


class _Hashed(io.RawIOBase):
    """A stream that is hashed while it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.hash = hashlib.sha256()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        read = self._stream.read(size)
        self.hash.update(read)
        return read


class ArchiveWriter:
    """Adds members to an open file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self.sha256: dict[str, str] = {}

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Raises OSError if there is no room, or if the content has become shorter."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, OWNER_ONLY
        hashed = _Hashed(content)
        self._tar.addfile(info, hashed)
        self.sha256[name] = hashed.hash.hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """Raises OSError; FileNotFoundError if the file is gone by now."""
        with path.open("rb") as file:
            self.add(name, file, path.stat().st_size)

    def finish(self, created_at: str, revision: str) -> None:
        manifest = Manifest(FORMAT, created_at, revision, self.sha256)
        text = json.dumps(asdict(manifest)).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), OWNER_ONLY
        self._tar.addfile(info, io.BytesIO(text))
        self._tar.close()


def unpack(file: IO[bytes], folder: Path) -> Manifest:
    """Unpack an archive into a folder once it is proven complete. Raises BadArchive, or OSError if there is no room."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            for info in tar:
                content = tar.extractfile(info) if info.isreg() else None
                if content is None or manifest is not None:
                    raise BadArchive("The file is not a backup.")
                if info.name == MANIFEST:
                    manifest = Manifest(**json.load(content))
                elif NAME.fullmatch(info.name):
                    found[info.name] = _write(content, folder / info.name)
                else:
                    raise BadArchive("The file is not a backup.")
    except (tarfile.TarError, ValueError, TypeError):
        raise BadArchive("The file is not a backup, or a part of it is missing.") from None
    if manifest is None:
        raise BadArchive("The backup is not whole: its end is missing.")
    if manifest.format != FORMAT:
        raise BadArchive("The backup is of a newer release than this one.")
    if manifest.sha256 != found or DATABASE not in found:
        raise BadArchive("The backup is damaged: its content is not what was written.")
    return manifest


def _write(content: IO[bytes], path: Path) -> str:
    """Write a member and return its hash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hashed = hashlib.sha256()
    with path.open("xb") as file:
        for chunk in _chunks(content):
            hashed.update(chunk)
            file.write(chunk)
    return hashed.hexdigest()


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        yield chunk
