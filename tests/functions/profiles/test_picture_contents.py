"""What is accepted as a profile picture, and how it is converted."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from functions.profiles import pictures
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


def stored(path: str) -> bytes:
    return (Path(settings().media_folder) / path.removeprefix("/static/media/")).read_bytes()


def normalised(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(pictures.normalise("me.png", content)))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the colours of the four corners, each as the nearest of the four in `quarters`."""
    width, height = image.size
    places = ((2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3))
    pixels = [image.convert("RGB").getpixel(place) for place in places]
    return [min((RED, GREEN, BLUE, WHITE), key=lambda colour: distance(colour, pixel)) for pixel in pixels]


def distance(one: tuple[int, ...], other: Any) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_of_all_common_formats_become_webp(people: People, image_format: str) -> None:
    answer = upload(people.student(), encoded(quarters(), image_format))
    assert (answer.status, list(answer.json)) == (200, ["profile_image"])
    path = answer.json["profile_image"]
    assert NAME.fullmatch(path)
    with Image.open(io.BytesIO(stored(path))) as image:
        assert (image.format, image.size, corners(image)) == ("WEBP", (64, 32), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_pictures_of_all_common_colour_modes_are_accepted(mode: str) -> None:
    image_format = "JPEG" if mode == "CMYK" else "PNG"
    assert normalised(encoded(quarters().convert(mode), image_format)).size == (64, 32)


def test_a_large_picture_is_shrunk_and_a_small_one_is_not_enlarged() -> None:
    assert normalised(encoded(quarters(3000, 1500), "JPEG")).size == (512, 256)
    assert normalised(encoded(quarters(20, 4000))).size == (3, 512)
    assert normalised(encoded(quarters(1, 1))).size == (1, 1)


def test_transparency_is_kept() -> None:
    image = quarters().convert("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    kept = normalised(encoded(image))
    assert kept.mode == "RGBA"
    assert kept.getchannel("A").getextrema()[0] == 0


def test_the_first_frame_of_an_animation_is_used() -> None:
    others = [Image.new("RGB", (64, 32), "black")] * 3
    for image_format in ("GIF", "PNG", "WEBP"):
        animation = encoded(quarters(), image_format, save_all=True, append_images=others)
        kept = normalised(animation)
        assert corners(kept) == [RED, GREEN, BLUE, WHITE]
        assert not getattr(kept, "is_animated", False)


@pytest.mark.parametrize(
    "image_format", ["JPEG", *(pytest.param(each, marks=pytest.mark.proof) for each in ("PNG", "WEBP", "TIFF"))]
)
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
def test_a_picture_is_rotated_according_to_its_exif(image_format: str, orientation: int, upright: list[Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    kept = normalised(encoded(quarters(1200, 600), image_format, exif=exif))
    assert corners(kept) == upright
    assert kept.size == ((256, 512) if orientation in (5, 6, 7, 8) else (512, 256))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_metadata_is_removed(image_format: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    if image_format != "TIFF":  # Pillow does not write locations into TIFF
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
def test_bytes_after_the_picture_are_removed(image_format: str) -> None:
    kept = pictures.normalise("me.png", encoded(quarters(), image_format) + b"<script>alert(1)</script>")
    assert kept.startswith(b"RIFF")
    assert b"script" not in kept


@pytest.mark.parametrize(
    "content_type",
    ["text/html", *(pytest.param(each, marks=pytest.mark.proof) for each in ("image/svg+xml", "application/json", ""))],
)
def test_the_content_alone_decides_the_type_of_a_file(people: People, content_type: str) -> None:
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
def test_other_files_are_refused(people: People, name: str, content: bytes, complaint: str) -> None:
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
def test_a_request_without_a_file_in_a_form_is_refused(
    people: People, content_type: str, body: bytes, status: int, answered: str
) -> None:
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
