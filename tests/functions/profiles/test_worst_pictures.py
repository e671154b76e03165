"""The most costly files we could make: each is accepted or refused within the decoder's limits."""

import io
import random
import resource
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from functions.profiles.pictures import BadPicture, normalise
from shared.kit.pictures import decoding
from shared.kit.pictures.decoder import MAX_CPU_SECONDS, MAX_MEMORY, MAX_SCANS

SIDE = 5000
MAX_BODY = 4_500_000


def saved(image: Image.Image, image_format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def blank(mode: str, image_format: str, **options: Any) -> bytes:
    return saved(Image.new(mode, (SIDE, SIDE)), image_format, **options)


def noise(mode: str, side: int) -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (side, side), random.Random(1).randbytes(side * side * channels))


def scans(count: int) -> bytes:
    """Return a progressive JPEG of the largest size whose last scan is repeated."""
    content = blank("L", "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * (count - content.count(b"\xff\xda")) + content[-2:]


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with_text(size: int) -> bytes:
    """Return a PNG with a compressed text that becomes very long."""
    content = saved(Image.new("L", (9, 9)), "PNG")
    return content[:33] + png_chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * size, 9)) + content[33:]


def tiff_of_many_strips() -> bytes:
    return blank("L", "TIFF", compression="tiff_lzw", tiffinfo={278: 1})


def frames(image_format: str, count: int) -> bytes:
    others = [Image.new("P", (1000, 1000), number % 250) for number in range(count)]
    return saved(others[0], image_format, save_all=True, append_images=others[1:])


WORST: dict[str, Callable[[], bytes]] = {
    "jpeg of the most scans": lambda: scans(MAX_SCANS),
    "jpeg of too many scans": lambda: scans(2000),
    "jpeg in four inks": lambda: blank("CMYK", "JPEG"),
    "jpeg of noise": lambda: saved(noise("RGB", 1800), "JPEG", quality=80, progressive=True),
    "webp without losses": lambda: blank("RGBA", "WEBP", lossless=True),
    "webp with losses": lambda: blank("RGB", "WEBP"),
    "webp of noise": lambda: saved(noise("RGB", 1100), "WEBP", lossless=True, method=0),
    "webp of many frames": lambda: frames("WEBP", 60),
    "gif of many frames": lambda: frames("GIF", 60),
    "gif": lambda: blank("P", "GIF"),
    "png with an alpha": lambda: blank("RGBA", "PNG"),
    "png of sixteen bits": lambda: blank("I;16", "PNG"),
    "png of a palette": lambda: blank("P", "PNG"),
    "png with a long text": lambda: png_with_text(1_000_000_000),
    "png of noise": lambda: saved(noise("RGB", 1200), "PNG", compress_level=0),
    "tiff in lzw": lambda: blank("RGBA", "TIFF", compression="tiff_lzw"),
    "tiff of fractions": lambda: blank("F", "TIFF", compression="tiff_adobe_deflate"),
    "tiff of fax": lambda: blank("1", "TIFF", compression="group4"),
    "tiff of many strips": tiff_of_many_strips,
    "avif": lambda: saved(Image.new("RGB", (4000, 4000)), "AVIF", speed=10),
    "bmp with nothing behind its head": lambda: saved(Image.new("RGB", (9, 9)), "BMP").replace(
        struct.pack("<ii", 9, 9), struct.pack("<ii", SIDE, SIDE)
    ),
}


@pytest.mark.proof
@pytest.mark.parametrize("name", WORST)
def test_the_worst_files_stay_within_the_decoder_s_limits(name: str, tmp_path: Path) -> None:
    content = WORST[name]()
    assert len(content) <= MAX_BODY
    path = tmp_path / "picture"
    path.write_bytes(content)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from functions.profiles.pictures import BadPicture, normalise\n"
        "try: normalise('x', Path(sys.argv[1]).read_bytes())\n"
        "except BadPicture: pass\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_maxrss, used.ru_utime + used.ru_stime)"
    )
    command = [sys.executable, "-c", script, str(path)]
    measured = subprocess.run(
        command, capture_output=True, check=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    kilobytes, seconds = map(float, measured.stdout.split())
    assert seconds <= MAX_CPU_SECONDS + 1.5
    assert kilobytes * 1024 <= MAX_MEMORY + 100 * 1024 * 1024


def test_a_decoder_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_SECONDS", 0.01)
    started = time.monotonic()
    with pytest.raises(BadPicture):
        normalise("x.png", saved(Image.new("L", (9, 9)), "PNG"))
    assert time.monotonic() - started < 5


def test_a_picture_that_crashes_the_decoder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(BadPicture):
        normalise("x.png", b"x")
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY
