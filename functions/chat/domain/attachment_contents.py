"""Detecting what a file is from its content alone: what its sender says about it is ignored."""

import codecs
import re
from typing import NamedTuple

from functions.chat.domain.attachment_errors import BrokenAttachment, UnsupportedAttachment
from functions.chat.domain.office_documents import office_type
from shared.kit.pictures.decoder import UnusablePicture
from shared.kit.pictures.decoding import decode
from shared.kit.pictures.metadata import Malformed, without_metadata

ZIP = b"PK\x03\x04"
PDF = re.compile(rb"%PDF-\d\.\d")
# How far from the end PDF readers look for the end marker.
PDF_TAIL = 2048
PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF.{4}WEBP|\0\0.{2}ftyp", re.DOTALL)
# Phones write several JPEGs into one file, of which every reader shows the first.
PICTURE_TYPES = {"MPO": "image/jpeg"}
# Control characters that text files do not contain: all ASCII ones but tab, line feed, form feed, carriage return.
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Inspected(NamedTuple):
    """An accepted file: its type, the content to keep, and for a picture its size in pixels and a WebP thumbnail."""

    content_type: str
    content: bytes
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None


def inspect(content: bytes) -> Inspected:
    """Inspect a file's content. Raises UnsupportedAttachment, BrokenAttachment or AttachmentHasMacros."""
    if content.startswith(ZIP):
        return Inspected(office_type(content), content)
    if PDF.match(content):
        return Inspected(_pdf_type(content), content)
    if PICTURE.match(content):
        return _picture(content)
    return Inspected(_text_type(content), content)


def _pdf_type(content: bytes) -> str:
    tail = content[-PDF_TAIL:]
    if b"startxref" not in tail or b"%%EOF" not in tail:
        raise BrokenAttachment
    return "application/pdf"


def _picture(content: bytes) -> Inspected:
    try:
        found = decode(content)
        bare = without_metadata(content, found.format, found.orientation)
    except (UnusablePicture, Malformed):
        raise BrokenAttachment from None
    content_type = PICTURE_TYPES.get(found.format, f"image/{found.format.lower()}")
    return Inspected(content_type, bare, found.width, found.height, found.webp)


def _text_type(content: bytes) -> str:
    """The type of a text in UTF-8, UTF-16 with a byte order mark, or some eight-bit encoding; these look alike."""
    encoding = next((name for mark, name in ENCODINGS if content.startswith(mark)), "utf-8")
    try:
        text, kind = content.decode(encoding), f"text/plain; charset={encoding.removesuffix('-sig')}"
    except UnicodeDecodeError:
        text, kind = content.decode("latin-1"), "text/plain"
    if NO_TEXT.search(text) or not text.strip():
        raise UnsupportedAttachment
    return kind
