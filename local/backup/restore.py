"""Restoring a backup into a data folder.

Everything is prepared and verified beside the current data, then swapped in. A restore that was killed leaves a marker,
with which no server starts.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from errno import ENOENT, ENOTEMPTY
from pathlib import Path
from stat import S_ISREG

import redis
from alembic.config import Config
from alembic.script import ScriptDirectory

from functions.migrations.service import SCRIPTS
from local.backup import dumps
from local.backup.archive import DATABASE, BadArchive, Manifest, unpack
from local.backup.make import media_folder
from local.engines.postgres import LEFTOVER_TIMEOUT, database_exists, start_postgres
from local.engines.processes import socket_folder
from local.options import CannotStart, Options
from local.stack import DEFAULT_PICTURE, RESTORING, claim

# Prefixes of folders being prepared, and of what was there before.
PREPARED, REPLACED = "restoring-", "replaced-"


def restore_backup(options: Options, source: Path, *, force: bool) -> str:
    """Restore a data folder, and the database of DATABASE_URL if that is set. Raises CannotStart."""
    try:
        if not _is_file(source):
            raise CannotStart(f"There is no file {source}.")
        with ExitStack() as stack:
            manifest, kept = _restore(_claimed(options, stack), options, source, force=force)
    except OSError as error:
        raise CannotStart(f"{source} was not restored: {error.strerror}.") from None
    before = f" What was there before is in {kept}." if kept else ""
    return f"Restored the backup of {manifest.created_at} into {options.data}.{before}"


def _is_file(path: Path) -> bool:
    """Whether the file exists. Raises OSError if that is unknown; since 3.14 `Path.is_file` returns False then."""
    try:
        return S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _claimed(options: Options, stack: ExitStack) -> Path:
    data = options.data_folder
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise CannotStart(f"{options.data} belongs to another user, who must restore it.")
    return claim(data, stack, restoring=True)


def _restore(data: Path, options: Options, source: Path, *, force: bool) -> tuple[Manifest, str]:
    if not force and _is_filled(options):
        raise CannotStart(f"{options.data} is not empty; FORCE=1 replaces its content with the backup.")
    mark = data / RESTORING
    was_interrupted = mark.exists()
    with _prepared(data) as folder:
        try:
            mark.touch()
            manifest = _prepare(source, folder)
            _restore_database(options, folder)
            _forget_chats(options)
        except BaseException:
            # Nothing has changed yet, but the marker of an earlier unfinished restore stays.
            if not was_interrupted:
                mark.unlink(missing_ok=True)
            raise
        kept = _take_place(options, folder)
    os.sync()
    mark.unlink()
    return manifest, kept


def _is_filled(options: Options) -> bool:
    if options.database_url and dumps.is_filled(options.database_url):
        return True
    pictures = [path for path in media_folder(options).rglob("*") if path.is_file()]
    has_pictures = any(path.name != DEFAULT_PICTURE.name for path in pictures)
    return has_pictures or database_exists(options.data_folder / "postgres")


@contextmanager
def _prepared(data: Path) -> Iterator[Path]:
    """A temporary folder for unpacked files; leftovers of a killed restore are deleted, too."""
    for left_over in data.glob(f"{PREPARED}*"):
        _remove(left_over)
    folder = data / f"{PREPARED}archive"
    try:
        folder.mkdir()
        yield folder
    finally:
        for prepared in data.glob(f"{PREPARED}*"):
            _remove(prepared)


def _prepare(source: Path, folder: Path) -> Manifest:
    with source.open("rb") as file:
        manifest = unpack(file, folder)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if manifest.revision not in known:
        raise BadArchive("The backup is of a newer release than this one.")
    return manifest


def _restore_database(options: Options, folder: Path) -> None:
    if options.database_url:
        dumps.load(options.database_url, folder / DATABASE)
        return
    with ExitStack() as stack:
        sockets = socket_folder()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        postgres = start_postgres(folder.with_name(f"{PREPARED}postgres"), sockets)
        stack.callback(postgres.stop)
        dumps.load(postgres.url, folder / DATABASE)


def _forget_chats(options: Options) -> None:
    """Delete the previous database's messages from an external Redis."""
    if not options.redis_url:
        return
    try:
        client = redis.Redis.from_url(options.redis_url)
        for key in client.scan_iter("chat:*", count=1000):
            client.unlink(key)
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(f"REDIS_URL cannot be used: {error}") from None


def _take_place(options: Options, folder: Path) -> str:
    """Move the prepared data into place; returns where the previous data is now, if there was any."""
    data = options.data_folder
    kept = data / f"{REPLACED}{time.strftime('%Y-%m-%d-%H%M%S')}"
    prepared = {
        data / "postgres": folder.with_name(f"{PREPARED}postgres"),
        media_folder(options): folder / "media",
        data / "secret.key": folder / "keys" / "secret.key",
        data / "tls": folder / "keys" / "tls",
    }
    for target, new in prepared.items():
        if new.exists():
            _set_aside(target, kept)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(new, target)
    # Redis still holds data of the previous database.
    _set_aside(data / "valkey", kept)
    return str(kept) if kept.exists() else ""


def _set_aside(target: Path, kept: Path) -> None:
    if target.exists():
        kept.mkdir(exist_ok=True)
        shutil.move(target, kept / target.name)


def _remove(path: Path) -> None:
    """Remove a file or folder, even if the database of a killed restore still writes into it."""
    deadline = time.monotonic() + LEFTOVER_TIMEOUT
    while path.exists():
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError as error:
            if error.errno not in {ENOTEMPTY, ENOENT} or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
