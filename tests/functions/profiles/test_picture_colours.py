"""Pictures keep their colours and are turned upright, whatever else the file contains."""

import io
import struct
from typing import Any

import pytest
from PIL import Image, ImageCms

from shared.kit.pictures.decoder import ORIENTATION, UnusablePicture, as_webp
from tests.support.uploads import BLUE, GREEN, RED, WHITE, encoded, quarters


def normalised(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(as_webp(content)[0]))
    image.load()
    return image


def near(pixel: Any, colour: tuple[int, ...], distance: int = 24) -> bool:
    return all(abs(one - other) <= distance for one, other in zip(pixel, colour, strict=True))


def ramp(mode: str, most: float) -> Image.Image:
    """Return values from 0 to `most`, from left to right."""
    image = Image.new("F", (256, 8))
    image.putdata([most * (place % 256) / 255 for place in range(256 * 8)])
    return image.convert("I").convert(mode) if mode == "I;16" else image.convert(mode)


@pytest.mark.parametrize(
    ("mode", "most", "image_format"),
    [("I;16", 65_535, "PNG"), ("I;16", 65_535, "TIFF"), ("I", 65_535, "TIFF"), ("F", 1.0, "TIFF"), ("F", 900, "TIFF")],
)
def test_greys_of_more_than_eight_bits_keep_their_shades(mode: str, most: float, image_format: str) -> None:
    kept = normalised(encoded(ramp(mode, most), image_format))
    pixels = [kept.convert("RGB").getpixel((shade, 4)) for shade in (0, 64, 128, 192, 255)]
    assert [near(pixel, (shade,) * 3, 6) for pixel, shade in zip(pixels, (0, 64, 128, 192, 255), strict=True)] == [
        True
    ] * 5


def test_infinite_and_undefined_values_are_refused() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(UnusablePicture):
            as_webp(encoded(Image.new("F", (8, 8), value), "TIFF"))


def swapped_profile() -> bytes:
    """Return an sRGB profile with red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    [count] = struct.unpack_from(">I", profile, 128)
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    profile[tags[b"rXYZ"] : tags[b"rXYZ"] + 4], profile[tags[b"bXYZ"] : tags[b"bXYZ"] + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_colour_profile_is_applied(image_format: str) -> None:
    content = encoded(Image.new("RGB", (64, 64), (255, 0, 0)), image_format, icc_profile=swapped_profile())
    red, green, blue = normalised(content).convert("RGB").getpixel((32, 32))  # type: ignore[misc]
    assert blue > 180
    assert max(red, green) < 80


def test_a_colour_profile_keeps_transparency() -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    kept = normalised(encoded(image, "PNG", icc_profile=swapped_profile()))
    assert kept.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("profile", [b"x", b"\0" * 400], ids=["text", "zeros"])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    kept = normalised(encoded(Image.new("RGB", (64, 64), RED), "PNG", icc_profile=profile))
    assert near(kept.convert("RGB").getpixel((32, 32)), RED)


@pytest.mark.parametrize(("image_format", "mode"), [("PNG", "P"), ("GIF", "P"), ("TIFF", "P"), ("PNG", "PA")])
def test_a_palette_picture_is_shrunk_by_colours_and_not_by_palette_numbers(image_format: str, mode: str) -> None:
    """Adjacent palette numbers are not similar colours; stripes must become their mean, not one of the two."""
    palette = [255, 0, 0, *[0, 255, 0] * 100, 255, 255, 255, *[0] * 462]
    stripes = Image.new("P", (2048, 2048))
    stripes.putpalette(palette[:768])
    for x in range(0, 2048, 2):
        stripes.paste(101, (x, 0, x + 1, 2048))
    image = stripes.convert("RGBA") if mode == "PA" else stripes
    shrunk = normalised(encoded(image, image_format)).convert("RGB")
    assert near(shrunk.getpixel((256, 256)), (255, 128, 128), 40)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_tags_of_the_wrong_type_do_not_affect_the_orientation(image_format: str, orientation: int) -> None:
    """For example a time stored as a floating-point number, which the code that writes tags would fail on."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = encoded(quarters(64, 32), image_format, exif=tiff_exif(orientation))
    kept = normalised(content)
    assert kept.size == ((32, 64) if orientation >= 5 else (64, 32))
    top_left = {1: RED, 2: GREEN, 3: WHITE, 4: BLUE, 5: RED, 6: BLUE, 7: WHITE, 8: GREEN}[orientation]
    assert near(kept.convert("RGB").getpixel((3, 3)), top_left, 60)


def tiff_exif(orientation: int) -> bytes:
    """Return EXIF data with an orientation and a time of type FLOAT (TIFF 6.0, page 16)."""
    return exif_of(struct.pack("<HHIHH", ORIENTATION, 3, 1, orientation, 0), struct.pack("<HHIf", 0x0132, 11, 1, 1.5))


def exif_of(*tags: bytes) -> bytes:
    return b"Exif\0\0" + b"II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(tags) + struct.pack("<I", 0)


# Type, count and value of the tag; a valid one has one SHORT of 1 to 8.
@pytest.mark.parametrize(
    "tag",
    [
        struct.pack("<HI4s", 2, 2, b"6"),
        struct.pack("<HIf", 11, 1, 6.5),
        struct.pack("<HIHH", 3, 1, 0, 0),
        struct.pack("<HIHH", 3, 1, 9, 0),
        struct.pack("<HIHH", 3, 1, 65_535, 0),
        struct.pack("<HIHH", 99, 1, 6, 0),
    ],
    ids=["text", "fraction", "zero", "nine", "most", "unknown type"],
)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_an_invalid_orientation_is_ignored(image_format: str, tag: bytes) -> None:
    content = encoded(quarters(64, 32), image_format, exif=exif_of(struct.pack("<H", ORIENTATION) + tag))
    kept = normalised(content)
    assert kept.size == (64, 32)
    assert near(kept.convert("RGB").getpixel((3, 3)), RED, 60)


@pytest.mark.parametrize("image_format", ["AVIF", "HEIF"])
def test_the_formats_of_current_phones_are_accepted(image_format: str) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    kept = normalised(encoded(quarters(64, 64), image_format, quality=90))
    places = ((8, 8), (56, 8), (8, 56), (56, 56))
    pixels = [kept.convert("RGB").getpixel(place) for place in places]
    assert all(near(pixel, colour, 60) for pixel, colour in zip(pixels, (RED, GREEN, BLUE, WHITE), strict=True))
