"""Converts any picture to WebP: content on standard input; on standard output a line of JSON facts, then the WebP.

Exits with status 2 and a message on standard error if the content is not a usable picture. Runs as its own process
(shared.kit.pictures.decoding), and limits its memory and processor time first.
"""

import io
import json
import math
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Measured: during processing a PNG takes 8 bytes per pixel and a WebP 16, which is at most 400 MB.
MAX_PIXELS = 25_000_000
# Cameras write about ten scans into a progressive JPEG; each is a pass over all pixels.
MAX_SCANS = 64
MAX_MEMORY, MAX_CPU_SECONDS = 700 * 1024 * 1024, 5
SIDE, QUALITY = 512, 85
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
# Modes whose pixels can be averaged as they are; others are converted first.
AVERAGED = {"L", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"}
ORIENTATION = 0x0112

NOT_AN_IMAGE = "Prześlij poprawny plik graficzny. Przesłany plik albo nie jest grafiką lub jest uszkodzony."
TOO_LARGE = "Obraz jest zbyt duży."


class UnusablePicture(Exception):
    """The file is not a picture, or is too large; the text says which."""


def as_webp(content: bytes) -> tuple[bytes, tuple[str, int, int, int]]:
    """Decode, turn upright, convert to sRGB, shrink and encode; returns the WebP and facts about the file.

    The facts are its format, width, height and orientation.

    Raises UnusablePicture.
    """
    from PIL import Image

    _check_scans(content)
    try:
        _register_heif(content)
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_size(image)
            facts = _facts(image)
            small = _upright(_in_srgb(_shrunk(image), image.info.get("icc_profile")), _orientation(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise UnusablePicture(TOO_LARGE) from None
    except UnusablePicture:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever a file makes them stumble over
        raise UnusablePicture(NOT_AN_IMAGE) from None
    return _encoded(small), facts


def _encoded(image: "Image.Image") -> bytes:
    # Otherwise Pillow imports all its plugins to find the WebP encoder: a quarter of a small picture's time.
    from PIL import WebPImagePlugin  # noqa: F401

    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()


def _facts(image: "Image.Image") -> tuple[str, int, int, int]:
    """The file's format, and its size in pixels when upright: orientations from 5 on are sideways."""
    found = _orientation(image)
    orientation = found if isinstance(found, int) and 1 <= found <= 8 else 1
    width, height = (image.height, image.width) if orientation >= 5 else (image.width, image.height)
    return image.format or "", width, height, orientation


def _register_heif(content: bytes) -> None:
    """Import HEIF's library only for files that may be HEIF: they name their brand in a box at the start."""
    if content[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener

        register_heif_opener()


def _check_scans(content: bytes) -> None:
    """Refuse a JPEG with very many scans without decoding it.

    In a scan's data, 0xFF is followed by 0 or a restart marker (ITU-T T.81, B.1.1.5), so it never contains the marker
    of a scan. A TIFF may contain several JPEGs in a row.
    """
    if content.startswith((b"\xff\xd8", b"II*\0", b"MM\0*")) and content.count(b"\xff\xda") > MAX_SCANS:
        raise UnusablePicture(TOO_LARGE)


def _check_size(image: "Image.Image") -> None:
    """The size is in the header: a decompression bomb is refused before it is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise UnusablePicture(TOO_LARGE)


def _orientation(image: "Image.Image") -> object:
    """The EXIF orientation as stored, even if other tags of the file are broken."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # noqa: BLE001 - what cannot be read turns nothing
        return None


def _shrunk(image: "Image.Image") -> "Image.Image":
    """At most SIDE pixels wide and high, in a mode with colours."""
    colours = image if image.mode in AVERAGED else _with_colours(image)
    colours.thumbnail((SIDE, SIDE))
    return colours


def _with_colours(image: "Image.Image") -> "Image.Image":
    if image.mode.startswith(("I", "F")):
        return _as_eight_bits(image)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _as_eight_bits(image: "Image.Image") -> "Image.Image":
    """Convert a picture of larger or fractional numbers to greys. Raises UnusablePicture if they have no range."""
    low, high = _range(image)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise UnusablePicture(NOT_AN_IMAGE)
    scale = 255 / (high - low)
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _range(image: "Image.Image") -> tuple[float, float]:
    """The values of black and white: a usual range that holds all values, else the smallest and the largest."""
    if image.mode.startswith("I;16"):
        return 0, 65_535
    low, high = map(float, image.getextrema())  # type: ignore[arg-type]  # of a picture with one channel
    usual = (1, 255) if image.mode == "F" else (255, 65_535)
    white = next((each for each in usual if high <= each), high)
    return (0, white) if low >= 0 and white in usual else (low, high)


def _in_srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Convert to RGB or RGBA, by the picture's own colour profile."""
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    colours = _converted(image, profile) if profile else image
    plain = colours.convert("RGB")
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def _converted(image: "Image.Image", profile: bytes) -> "Image.Image":
    """Apply the profile, if it suits this kind of picture."""
    from PIL import ImageCms

    base = image.convert("RGB") if image.mode in {"RGBA", "RGBX", "YCbCr"} else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(base, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return made if made is not None else image


def _upright(image: "Image.Image", orientation: object) -> "Image.Image":
    """Rotate or flip the picture by its EXIF orientation, 2 to 8; any other value changes nothing."""
    from PIL.Image import Transpose

    ways = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    way = ways.get(orientation) if isinstance(orientation, int) else None
    return image if way is None else image.transpose(way)


def main() -> None:
    """Read the picture, set the limits, and write the result."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        webp, facts = as_webp(sys.stdin.buffer.read())
        sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + webp)
    except UnusablePicture as error:
        sys.stderr.write(str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
