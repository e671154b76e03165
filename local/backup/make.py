"""Making a backup, whether or not the server is running."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from local.backup.archive import DATABASE, OWNER_ONLY, ArchiveWriter
from local.backup.dumps import Moment, dump, moment
from local.database import database
from local.options import CannotStart, Options

# How often to start again because pictures changed, before the backup is made without the missing ones.
TRIES = 3


def make_backup(options: Options, target: Path) -> str:
    """Write a backup into a new file readable only by its owner; returns a one-line summary. Raises CannotStart."""
    part, dumped = (target.with_name(f"{target.name}.{which}") for which in ("part", "dump"))
    try:
        if target.exists():
            raise CannotStart(f"{target} already exists; choose another FILE.")
        for each in (part, dumped):
            each.unlink(missing_ok=True)  # of a backup that was killed
            each.touch(OWNER_ONLY, exist_ok=False)
        with database(options, migrated=False) as url, part.open("r+b") as file:
            done = _write(url, options, file, dumped)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError as error:
        which = f" ({error.filename})" if error.filename else ""
        raise CannotStart(f"The backup {target} was not made: {error.strerror}{which}.") from None
    finally:
        for each in (part, dumped):
            with suppress(OSError):
                each.unlink()
    return f"Backed up into {target}: {done}"


def _write(url: str, options: Options, file: IO[bytes], dumped: Path) -> str:
    """Write the pictures, then the database and the pictures added until its snapshot.

    So every picture that its rows name is there; if one was deleted meanwhile, everything starts again.
    """
    for tries_left in reversed(range(TRIES)):
        file.seek(0)
        file.truncate()
        writer = ArchiveWriter(file)
        _add_pictures(writer, options)
        with moment(url) as now:
            _add_pictures(writer, options)
            missing = [] if os.environ.get("MEDIA_BUCKET") else _missing(now, writer)
            if missing and tries_left:
                continue
            dump(url, now.snapshot, dumped)
        writer.add_file(DATABASE, dumped)
        _add_keys(writer, options)
        writer.finish(datetime.now(UTC).isoformat(timespec="seconds"), now.revision)
        files = sum(name.startswith("media/") for name in writer.sha256)
        lost = f"; {len(missing)} pictures of accounts are not in the media folder" if missing else ""
        return f"the database at revision {now.revision}, {files} files of pictures and attachments{lost}."
    raise AssertionError("the last try returns")


def media_folder(options: Options) -> Path:
    return Path(os.environ.get("MEDIA_FOLDER") or options.data_folder / "media")


def _missing(now: Moment, writer: ArchiveWriter) -> list[str]:
    return [key for key in now.pictures if f"media/{key}" not in writer.sha256]


def _add_pictures(writer: ArchiveWriter, options: Options) -> None:
    """Add pictures that are not in the archive yet; their content never changes."""
    folder = media_folder(options)
    for path in _files(folder):
        name = f"media/{path.relative_to(folder).as_posix()}"
        if name not in writer.sha256 and path.suffix != ".part":
            with suppress(FileNotFoundError):  # deleted meanwhile
                writer.add_file(name, path)


def _add_keys(writer: ArchiveWriter, options: Options) -> None:
    data = options.data_folder
    if (data / "secret.key").exists():
        writer.add_file("keys/secret.key", data / "secret.key")
    for path in _files(data / "tls"):
        writer.add_file(f"keys/tls/{path.name}", path)


def _files(folder: Path) -> Iterator[Path]:
    """Files sorted by name; none if the folder does not exist."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
