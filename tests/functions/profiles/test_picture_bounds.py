"""Large pictures, decompression bombs and damaged files."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from shared.kit.pictures.decoder import UnusablePicture, as_webp
from tests.functions.profiles.test_picture_contents import normalised
from tests.support.people import People, query
from tests.support.uploads import (
    RED,
    encoded,
    quarters,
    upload,
)

TOO_LARGE = "Obraz jest zbyt duży."


def test_a_picture_is_accepted_up_to_the_limit_of_bodies(people: People) -> None:
    ola = people.student()
    noise = Image.frombytes("RGB", (1000, 700), random.Random(1).randbytes(2_100_000))
    assert upload(ola, encoded(noise)).status == 200
    before = query("SELECT picture FROM users")
    answer = upload(ola, encoded(noise) + b"\0" * 4_000_000)
    assert (answer.status, answer.json) == (
        413,
        {"detail": "Przesłane dane są zbyt duże.", "code": "payload_too_large"},
    )
    assert query("SELECT picture FROM users") == before


def bomb(kind: str) -> bytes:
    """Return a small file that decodes to a very large picture."""
    sizes = {"26": ("L", 5100), "100": ("1", 10_000), "170": ("1", 13_000), "400": ("1", 20_000)}
    if kind in sizes:
        mode, side = sizes[kind]
        return encoded(Image.new(mode, (side, side)))
    if kind == "webp":
        return encoded(Image.new("RGB", (6000, 6000)), "WEBP", lossless=True, quality=0, method=0)
    # A GIF whose only frame is larger than its declared screen.
    gif = bytearray(encoded(Image.new("P", (6000, 6000)), "GIF"))
    gif[6:10] = b"\1\0\1\0"
    return bytes(gif)


def cost_of(path: Path) -> tuple[str, float, float]:
    """Return the error about a picture ("taken" if none), and the decoder's memory in KB and processor seconds."""
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from functions.profiles.pictures import BadPicture, normalise\n"
        "try: print('taken', file=sys.stderr) if normalise('x', Path(sys.argv[1]).read_bytes()) else None\n"
        "except BadPicture as error: print(error.body['profile_image'][0], file=sys.stderr)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_maxrss, used.ru_utime + used.ru_stime)"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, str(path)]
    measured = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
    kilobytes, seconds = map(float, measured.stdout.split())
    return measured.stderr.strip(), kilobytes, seconds


# What a decoder needs without opening anything, in KB.
STARTED = 60_000


@pytest.mark.parametrize("kind", ["26", "100", "170", "400", "webp", "gif"])
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bomb(kind))
    assert path.stat().st_size < 200_000
    complaint, kilobytes, seconds = cost_of(path)
    assert complaint == TOO_LARGE
    assert kilobytes < STARTED
    assert seconds < 0.5


@pytest.mark.proof
@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_the_largest_accepted_picture_stays_within_the_memory_limit(tmp_path: Path, image_format: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(Image.new("RGBA", (5000, 5000), RED), image_format))
    complaint, kilobytes, _seconds = cost_of(path)
    assert complaint == "taken"
    assert kilobytes < STARTED + 420_000


def test_a_picture_of_24_megapixels_is_accepted() -> None:
    assert normalised(encoded(Image.new("L", (6000, 4000)))).size == (512, 341)


SEEDS = [
    encoded(quarters().convert(mode), image_format, **options)
    for image_format, mode, options in (
        ("PNG", "RGB", {}),
        ("PNG", "P", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("GIF", "P", {}),
        ("WEBP", "RGBA", {}),
        ("BMP", "RGB", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "1", {"compression": "group4"}),
    )
]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return a copy of the file with a few bytes changed, removed, added or cut off, mostly near its start."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        at = rng.randrange(min(len(changed), rng.choice((20, 100, 400, 10**6))) or 1)
        match rng.randrange(5):
            case 0 | 1:
                changed[at : at + 1] = bytes([rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))])
            case 2:
                del changed[at : at + rng.randrange(1, 20)]
            case 3:
                changed[at:at] = rng.randbytes(rng.randrange(1, 8))
            case _:
                del changed[at:]
    return bytes(changed)


@pytest.mark.filterwarnings("ignore")  # Pillow warns about what it repairs.
@pytest.mark.parametrize("files", [500, pytest.param(20_000, marks=pytest.mark.proof)])
def test_a_damaged_file_is_either_accepted_or_refused(files: int) -> None:
    rng, taken = random.Random(7), 0
    for _ in range(files):
        content = damaged(rng.choice(SEEDS), rng)
        try:
            kept, _facts = as_webp(content)
        except UnusablePicture:
            continue
        taken += 1
        assert kept.startswith(b"RIFF")
    assert 0 < taken < files


def test_a_small_picture_loads_only_the_pillow_plugins_it_needs() -> None:
    """Loading all plugins would take a quarter of the time."""
    script = (
        "import sys; from shared.kit.pictures.decoder import as_webp\n"
        "as_webp(sys.stdin.buffer.read()); print('PIL.TiffImagePlugin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], input=encoded(quarters()), capture_output=True, check=True)
    assert done.stdout == b"False\n"
