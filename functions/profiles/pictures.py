"""Checking uploaded profile pictures and making them WebP, in a process of its own.

A decoder works on what strangers made: it may take long, take much memory, or crash. So one at a time runs in a child
process with limits for both; a file that breaks them is refused as any other that is no picture.
"""

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from functions.profiles.decoder import NOT_AN_IMAGE, TOO_LARGE
from shared.domain.pictures import PICTURE_FOLDER
from shared.kit.errors import FieldErrors, Unavailable

MAX_NAME = 100
# Seconds of the clock; the child limits its own processor time (functions.profiles.decoder).
MAX_SECONDS = 15.0
# Uploads that may wait for the one that is decoded, and for how many seconds.
MAX_WAITING, MAX_WAIT = 8, 10.0

EMPTY = "Przesłany plik jest pusty."
NAME_TOO_LONG = "Upewnij się, że nazwa pliku ma długość co najwyżej {} znaków (aktualnie ma {})."


class BadPicture(FieldErrors):
    """The file is no picture, or not one that can be used."""

    body: Any = {"profile_image": [NOT_AN_IMAGE]}

    def __init__(self, complaint: str) -> None:
        super().__init__({"profile_image": [complaint]})


def normalise(name: str, content: bytes) -> bytes:
    """Re-encode an upload as WebP: upright, in sRGB, at most 512 pixels wide and high, without metadata.

    The content decides what the file is. Raises BadPicture, or Unavailable while too many others wait.
    """
    base_name = PurePosixPath(name.replace("\\", "/")).name
    if not content:
        raise BadPicture(EMPTY)
    if len(base_name) > MAX_NAME:
        raise BadPicture(NAME_TOO_LONG.format(MAX_NAME, len(base_name)))
    with _only_decoder():
        return _decode(content)


_decoder = threading.Lock()
_waiting = threading.BoundedSemaphore(MAX_WAITING + 1)


@contextmanager
def _only_decoder() -> Iterator[None]:
    """Wait until no other upload is decoded in this process. Raises Unavailable when that takes too long."""
    if not _waiting.acquire(blocking=False):
        raise Unavailable
    try:
        if not _decoder.acquire(timeout=MAX_WAIT):
            raise Unavailable
        try:
            yield
        finally:
            _decoder.release()
    finally:
        _waiting.release()


def _decode(content: bytes) -> bytes:
    command = [sys.executable, "-W", "ignore", "-m", "functions.profiles.decoder"]
    # Nothing else of the environment: there are secrets in it.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command, input=content, capture_output=True, timeout=MAX_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise BadPicture(TOO_LARGE) from None
    match done.returncode:
        case 0:
            return done.stdout
        case 2:
            raise BadPicture(done.stderr.decode(errors="replace"))
        case _:
            # Killed for the time it took, or crashed.
            raise BadPicture(TOO_LARGE)


def new_key() -> str:
    """An unguessable storage key; it changes with every upload, because browsers keep pictures."""
    return f"{PICTURE_FOLDER}{secrets.token_urlsafe(18)}.webp"
