"""Checking and normalising uploaded profile pictures."""

import io
import secrets
from pathlib import PurePosixPath
from typing import Any

from shared.domain.pictures import PICTURE_FOLDER
from shared.kit.errors import FieldErrors

MAX_NAME = 100
# Measured: while it is worked on, a PNG takes 8 bytes a pixel and a WebP 16, which is 400 MB at most.
MAX_PIXELS = 25_000_000
SIDE = 512
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
QUALITY = 85

NOT_AN_IMAGE = "Prześlij poprawny plik graficzny. Przesłany plik albo nie jest grafiką lub jest uszkodzony."
EMPTY = "Przesłany plik jest pusty."
NAME_TOO_LONG = "Upewnij się, że nazwa pliku ma długość co najwyżej {} znaków (aktualnie ma {})."
BAD_EXTENSION = "Rozszerzenie pliku „{}” jest niedozwolone. Dozwolone rozszerzenia to: {}."
TOO_MANY_PIXELS = "Obraz jest zbyt duży."
# The extensions the original named; only the content decides what a file is.
EXTENSIONS = (
    "bmp, dib, gif, jfif, jpe, jpg, jpeg, pbm, pgm, ppm, pnm, png, apng, blp, bufr, cur, pcx, dcx, dds, ps, eps, "
    "fit, fits, fli, flc, ftc, ftu, gbr, grib, h5, hdf, jp2, j2k, jpc, jpf, jpx, j2c, icns, ico, im, iim, mpg, mpeg, "
    "tif, tiff, mpo, msp, palm, pcd, pdf, pxr, psd, qoi, bw, rgb, rgba, sgi, ras, tga, icb, vda, vst, webp, wmf, emf, "
    "xbm, xpm"
)


class BadPicture(FieldErrors):
    """The file is no picture, or not one that can be used."""

    body: Any = {"profile_image": [NOT_AN_IMAGE]}

    def __init__(self, complaint: str) -> None:
        super().__init__({"profile_image": [complaint]})


def normalise(name: str, content: bytes) -> bytes:
    """Re-encode an upload as WebP: upright, at most SIDE pixels wide and high, without metadata.

    Raises BadPicture.
    """
    base_name = PurePosixPath(name.replace("\\", "/")).name
    if not content:
        raise BadPicture(EMPTY)
    if len(base_name) > MAX_NAME:
        raise BadPicture(NAME_TOO_LONG.format(MAX_NAME, len(base_name)))
    encoded = _encode(content)
    extension = PurePosixPath(base_name).suffix[1:].lower()
    if extension not in EXTENSIONS.split(", "):
        raise BadPicture(BAD_EXTENSION.format(extension, EXTENSIONS))
    return encoded


def _encode(content: bytes) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            # The size stands in the header: a decompression bomb is refused before it goes off.
            if image.width * image.height > MAX_PIXELS:
                raise BadPicture(TOO_MANY_PIXELS)
            image.thumbnail((SIDE, SIDE))
            # Turned only now: turning makes a copy.
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise BadPicture(NOT_AN_IMAGE) from None
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()


def new_key() -> str:
    """An unguessable storage key; it changes with every upload, because browsers keep pictures."""
    return f"{PICTURE_FOLDER}{secrets.token_urlsafe(18)}.webp"
