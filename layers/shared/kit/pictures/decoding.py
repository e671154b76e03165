"""Decoding pictures in a process of its own.

Decoders work on untrusted input: they may run long, take much memory, or crash. So one at a time runs in a child
process with limits for both; a file that exceeds them is refused like any other that is not a picture.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.kit.errors import Unavailable
from shared.kit.pictures.decoder import TOO_LARGE, UnusablePicture

# Seconds of wall-clock time; the child limits its own processor time (shared.kit.pictures.decoder).
MAX_SECONDS = 15.0
# How many uploads may wait for the one being decoded, and for how many seconds.
MAX_WAITING, MAX_WAIT = 8, 10.0

_decoder = threading.Lock()
_waiting = threading.BoundedSemaphore(MAX_WAITING + 1)


@dataclass(frozen=True)
class Decoded:
    """A picture as WebP of at most 512 pixels wide and high; facts about the file, with its size when upright.

    `format` is Pillow's name for it: PNG, JPEG, MPO, GIF, WEBP, BMP, TIFF, AVIF or HEIF; `orientation` is from EXIF.
    """

    webp: bytes
    format: str
    width: int
    height: int
    orientation: int


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other upload is being decoded in this process. Raises Unavailable if that takes too long."""
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


def decode(content: bytes) -> Decoded:
    """Decode a picture, upright and in sRGB, without metadata. Raises UnusablePicture with a text for the user."""
    command = [sys.executable, "-W", "ignore", "-m", "shared.kit.pictures.decoder"]
    # Nothing else from the environment, because it contains secrets.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {**kept, "PYTHONPATH": os.pathsep.join(sys.path), "MALLOC_ARENA_MAX": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command, input=content, capture_output=True, timeout=MAX_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnusablePicture(TOO_LARGE) from None
    match done.returncode:
        case 0:
            facts, _, webp = done.stdout.partition(b"\n")
            return Decoded(webp, *json.loads(facts))
        case 2:
            raise UnusablePicture(done.stderr.decode(errors="replace"))
        case _:
            # Killed for exceeding the time limit, or crashed.
            raise UnusablePicture(TOO_LARGE)
