"""What is taken for a profile picture, and what becomes of it."""

import io
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from functions.profiles import pictures
from functions.profiles.decoder import UnusablePicture, as_webp
from shared.kit.settings import settings
from tests.support.people import People, query
from tests.support.uploads import (
    BLUE,
    GREEN,
    PATH,
    RED,
    WHITE,
    call,
    encoded,
    multipart,
    quarters,
    upload,
)

NAME = re.compile(r"/static/media/uploads/user/[\w-]{24}\.webp", re.ASCII)
NOT_AN_IMAGE = "Prześlij poprawny plik graficzny. Przesłany plik albo nie jest grafiką lub jest uszkodzony."
NOT_A_FILE = "Przesłane dane nie były plikiem. Sprawdź typ kodowania formatki."
TOO_LARGE = "Obraz jest zbyt duży."


def stored(path: str) -> bytes:
    return (Path(settings().media_folder) / path.removeprefix("/static/media/")).read_bytes()


def normalised(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(pictures.normalise("me.png", content)))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours of the four corners, as the nearest of the four in `quarters`."""
    width, height = image.size
    places = ((2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3))
    pixels = [image.convert("RGB").getpixel(place) for place in places]
    return [min((RED, GREEN, BLUE, WHITE), key=lambda colour: distance(colour, pixel)) for pixel in pixels]


def distance(one: tuple[int, ...], other: Any) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_of_all_usual_formats_become_webp(people: People, image_format: str) -> None:
    answer = upload(people.student(), encoded(quarters(), image_format))
    assert (answer.status, list(answer.json)) == (200, ["profile_image"])
    path = answer.json["profile_image"]
    assert NAME.fullmatch(path)
    with Image.open(io.BytesIO(stored(path))) as image:
        assert (image.format, image.size, corners(image)) == ("WEBP", (64, 32), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_pictures_of_all_usual_colour_modes_are_taken(mode: str) -> None:
    image_format = "JPEG" if mode == "CMYK" else "PNG"
    assert normalised(encoded(quarters().convert(mode), image_format)).size == (64, 32)


def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_made_larger() -> None:
    assert normalised(encoded(quarters(3000, 1500), "JPEG")).size == (512, 256)
    assert normalised(encoded(quarters(20, 4000))).size == (3, 512)
    assert normalised(encoded(quarters(1, 1))).size == (1, 1)


def test_transparency_is_kept() -> None:
    image = quarters().convert("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    kept = normalised(encoded(image))
    assert kept.mode == "RGBA"
    assert kept.getchannel("A").getextrema()[0] == 0


def test_of_an_animation_the_first_picture_is_taken() -> None:
    others = [Image.new("RGB", (64, 32), "black")] * 3
    for image_format in ("GIF", "PNG", "WEBP"):
        animation = encoded(quarters(), image_format, save_all=True, append_images=others)
        kept = normalised(animation)
        assert corners(kept) == [RED, GREEN, BLUE, WHITE]
        assert not getattr(kept, "is_animated", False)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
        (99, [RED, GREEN, BLUE, WHITE]),
    ],
)
def test_a_picture_is_turned_as_its_exif_says(image_format: str, orientation: int, upright: list[Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    kept = normalised(encoded(quarters(1200, 600), image_format, exif=exif))
    assert corners(kept) == upright
    assert kept.size == ((256, 512) if orientation in (5, 6, 7, 8) else (512, 256))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_metadata_of_a_file_is_dropped(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    if image_format != "TIFF":  # Pillow does not write places into TIFF
        exif[0x8825] = {1: "N", 2: (50.0, 2.0, 14.0), 3: "E", 4: (22.0, 0.0, 17.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": exif, "icc_profile": profile}
    if image_format != "TIFF":
        options["xmp"] = b"<x:xmpmeta>taken at home</x:xmpmeta>"
    content = encoded(quarters(), image_format, **options)
    assert b"taken at home" in content
    kept = pictures.normalise("me.jpg", content)
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile"} & set(image.info)
    assert b"home" not in kept


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_bytes_behind_the_picture_are_dropped(image_format: str) -> None:
    kept = pictures.normalise("me.png", encoded(quarters(), image_format) + b"<script>alert(1)</script>")
    assert kept.startswith(b"RIFF")
    assert b"script" not in kept


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/json", ""])
def test_only_the_content_decides_what_a_file_is(people: People, content_type: str) -> None:
    ola = people.student()
    for name in ("me.jpg", "me.GIF", "C:\\Users\\ola\\me.pdf", "../../etc/me.png", "zażółć.jpeg"):
        answer = upload(ola, encoded(quarters(), "BMP"), name, content_type=content_type)
        assert answer.status == 200
        assert NAME.fullmatch(answer.json["profile_image"])


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("me.png", b"", "Przesłany plik jest pusty."),
        ("me.png", b"text", NOT_AN_IMAGE),
        ("me.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NOT_AN_IMAGE),
        ("me.png", b"\x89PNG\r\n\x1a\n", NOT_AN_IMAGE),
        ("me.jpg", b"\xff\xd8\xff" + b"\0" * 1000, NOT_AN_IMAGE),
        ("me.pdf", b"%PDF-1.7\n", NOT_AN_IMAGE),
        ("me.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_AN_IMAGE),
        ("me.ppm", b"P6 1 1 255\n\0\0\0", NOT_AN_IMAGE),
        ("me.png", encoded(quarters(600, 600))[:-200], NOT_AN_IMAGE),
        ("me.jpg", encoded(quarters(600, 600), "JPEG")[:2000], NOT_AN_IMAGE),
    ],
)
def test_what_is_no_picture_is_refused(people: People, name: str, content: bytes, complaint: str) -> None:
    ola = people.student()
    answer = upload(ola, content, name)
    assert (answer.status, answer.json) == (400, {"profile_image": [complaint]})
    assert query("SELECT picture FROM users") == [(None,)]
    assert not list(Path(settings().media_folder).rglob("*.*"))


@pytest.mark.parametrize("name", ["me.html", "me.php", "blob", "me.svg", "photo.heic", "x.png ", "me.jpg"])
def test_the_name_of_a_picture_does_not_matter(people: People, name: str) -> None:
    answer = upload(people.student(), encoded(quarters()), name)
    assert answer.status == 200
    assert NAME.fullmatch(answer.json["profile_image"])


def test_a_long_name_is_refused(people: People) -> None:
    ola, picture = people.student(), encoded(quarters())
    answer = upload(ola, picture, "x" * 150 + ".png")
    complaint = "Upewnij się, że nazwa pliku ma długość co najwyżej 100 znaków (aktualnie ma 154)."
    assert (answer.status, answer.json) == (400, {"profile_image": [complaint]})
    assert upload(ola, picture, "x" * 96 + ".png").status == 200


@pytest.mark.parametrize(
    ("content_type", "body", "status", "answered"),
    [
        ("application/json", b'{"profile_image": "x"}', 415, "application/json"),
        ("image/png", encoded(quarters()), 415, "image/png"),
        ("application/x-www-form-urlencoded", b"profile_image=x.png", 400, NOT_A_FILE),
        ("application/x-www-form-urlencoded", b"profile_image=", 400, NOT_A_FILE),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="profile_image"\r\n\r\n\r\n--x--\r\n',
            400,
            NOT_A_FILE,
        ),
        ("multipart/form-data", b"x", 400, "Missing boundary"),
    ],
)
def test_a_file_in_a_form_is_wanted(people: People, content_type: str, body: bytes, status: int, answered: str) -> None:
    headers = {"content-type": content_type}
    answer = call("PATCH", PATH, token=people.student().access, body=body, headers=headers)
    assert answer.status == status
    assert answered in str(answer.json)


@pytest.mark.parametrize(
    "body", [b"", multipart("me.png", encoded(quarters()), field="other"), b"--x--\r\n"], ids=["none", "other", "empty"]
)
def test_without_the_field_nothing_changes(people: People, body: bytes) -> None:
    ola = people.student(picture="uploads/user/x.webp")
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = call("PATCH", PATH, token=ola.access, body=body, headers=headers)
    assert (answer.status, answer.json) == (200, {"profile_image": "/static/media/uploads/user/x.webp"})


def test_a_picture_of_megabytes_is_taken_up_to_the_limit_of_bodies(people: People) -> None:
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
    """A small file that becomes a very large picture."""
    sizes = {"26": ("L", 5100), "100": ("1", 10_000), "170": ("1", 13_000), "400": ("1", 20_000)}
    if kind in sizes:
        mode, side = sizes[kind]
        return encoded(Image.new(mode, (side, side)))
    if kind == "webp":
        return encoded(Image.new("RGB", (6000, 6000)), "WEBP", lossless=True, quality=0, method=0)
    # A GIF whose only frame is larger than the screen it is announced for.
    gif = bytearray(encoded(Image.new("P", (6000, 6000)), "GIF"))
    gif[6:10] = b"\1\0\1\0"
    return bytes(gif)


def cost_of(path: Path) -> tuple[str, float, float]:
    """The complaint about a picture ("taken" if there is none), the decoder's memory in KB and its seconds."""
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


# What a decoder takes that opens nothing, in KB.
STARTED = 60_000


@pytest.mark.parametrize("kind", ["26", "100", "170", "400", "webp", "gif"])
def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bomb(kind))
    assert path.stat().st_size < 200_000
    complaint, kilobytes, seconds = cost_of(path)
    assert complaint == TOO_LARGE
    assert kilobytes < STARTED
    assert seconds < 0.5


@pytest.mark.proof
@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_the_largest_picture_that_is_taken_costs_what_the_limit_says(tmp_path: Path, image_format: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(Image.new("RGBA", (5000, 5000), RED), image_format))
    complaint, kilobytes, _seconds = cost_of(path)
    assert complaint == "taken"
    assert kilobytes < STARTED + 420_000


def test_a_picture_of_24_megapixels_is_taken() -> None:
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
    """The file with a few bytes changed, lost, added or cut off, near its start more often than not."""
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


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it makes good.
@pytest.mark.parametrize("files", [500, pytest.param(20_000, marks=pytest.mark.proof)])
def test_a_damaged_file_is_either_taken_or_refused(files: int) -> None:
    rng, taken = random.Random(7), 0
    for _ in range(files):
        content = damaged(rng.choice(SEEDS), rng)
        try:
            kept = as_webp(content)
        except UnusablePicture:
            continue
        taken += 1
        assert kept.startswith(b"RIFF")
    assert 0 < taken < files
