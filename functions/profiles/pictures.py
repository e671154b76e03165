"""Checking uploaded profile pictures and converting them to WebP."""

import secrets
from pathlib import PurePosixPath
from typing import Any

from shared.domain.pictures import PICTURE_FOLDER
from shared.kit.errors import FieldErrors
from shared.kit.pictures.decoder import NOT_AN_IMAGE, UnusablePicture
from shared.kit.pictures.decoding import decode, one_at_a_time

MAX_NAME = 100

EMPTY = "Przesłany plik jest pusty."
NAME_TOO_LONG = "Upewnij się, że nazwa pliku ma długość co najwyżej {} znaków (aktualnie ma {})."


class BadPicture(FieldErrors):
    """The file is not a picture, or not a usable one."""

    body: Any = {"profile_image": [NOT_AN_IMAGE]}

    def __init__(self, complaint: str) -> None:
        super().__init__({"profile_image": [complaint]})


def normalise(name: str, content: bytes) -> bytes:
    """Re-encode an upload as WebP: upright, in sRGB, at most 512 pixels wide and high, without metadata.

    The content determines the file type. Raises BadPicture, or Unavailable while too many uploads wait.
    """
    base_name = PurePosixPath(name.replace("\\", "/")).name
    if not content:
        raise BadPicture(EMPTY)
    if len(base_name) > MAX_NAME:
        raise BadPicture(NAME_TOO_LONG.format(MAX_NAME, len(base_name)))
    with one_at_a_time():
        try:
            return decode(content).webp
        except UnusablePicture as unusable:
            raise BadPicture(str(unusable)) from None


def new_key() -> str:
    """An unguessable storage key; it changes with every upload, because browsers cache pictures."""
    return f"{PICTURE_FOLDER}{secrets.token_urlsafe(18)}.webp"
