"""HEIF and AVIF (ISO/IEC 14496-12 and 23008-12): boxes, and items anywhere in the file.

The file refers to itself by offsets, so metadata is overwritten rather than removed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.kit.pictures.metadata.parts import MAX_PARTS, NO_TAGS, Malformed

# Files with other boxes at the top could be anything, such as a film.
NEEDED = frozenset((b"ftyp", b"meta", b"mdat", b"moov"))
# Items with EXIF and XMP; the orientation is stored elsewhere in these files.
METADATA = frozenset((b"Exif", b"mime", b"uri "))
# Where an item's data is: in the file, or in the box idat.
IN_FILE, IN_IDAT = 0, 1


@dataclass(frozen=True)
class Box:
    """The bytes of the content from `start` to `end`."""

    name: bytes
    start: int
    end: int


class Reader:
    """Reads consecutive numbers. Raises Malformed at the end of the data."""

    def __init__(self, content: bytearray, at: int, end: int) -> None:
        self._content, self._at, self._end = content, at, end

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def take(self, size: int) -> bytes:
        if self._at + size > self._end:
            raise Malformed
        self._at += size
        return bytes(self._content[self._at - size : self._at])


def bare(content: bytes, _orientation: int) -> bytes:
    """The file with metadata overwritten by blanks. Raises Malformed."""
    changed = bytearray(content)
    for box in _boxes(changed, 0, len(changed)):
        if box.name == b"meta":
            _blank_items(changed, box)
        elif box.name not in NEEDED:
            changed[box.start - 4 : box.start] = b"free"
            changed[box.start : box.end] = bytes(box.end - box.start)
    return bytes(changed)


def _boxes(content: bytearray, at: int, end: int) -> Iterator[Box]:
    for _ in range(MAX_PARTS):
        if at >= end:
            return
        reader = Reader(content, at, end)
        size, name, head = reader.number(4), reader.take(4), 8
        if size == 1:
            size, head = reader.number(8), 16
        box_end = at + size if size else end
        if box_end < at + head or box_end > end:
            raise Malformed
        yield Box(name, at + head, box_end)
        at = box_end
    raise Malformed


def _blank_items(content: bytearray, meta: Box) -> None:
    boxes = {box.name: box for box in _boxes(content, meta.start + 4, meta.end)}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return
    kinds = dict(_kinds(content, boxes[b"iinf"]))
    idat = boxes.get(b"idat", Box(b"idat", len(content), len(content)))
    left = len(content)
    for number, (item, start, length) in enumerate(_extents(content, boxes[b"iloc"], idat.start)):
        if number > MAX_PARTS:
            raise Malformed
        if kinds.get(item) not in METADATA:
            continue
        left -= length
        # Length 0 means all that follows: no program writes metadata that way.
        if left < 0 or length == 0 or start + length > len(content):
            raise Malformed
        content[start : start + length] = _blank(kinds[item], length)


def _blank(kind: bytes, length: int) -> bytes:
    """Empty EXIF (preceded by its offset), or XML without content."""
    return (bytes(4) + NO_TAGS).ljust(length, b"\0")[:length] if kind == b"Exif" else b"<x/>".ljust(length)[:length]


def _kinds(content: bytearray, box: Box) -> Iterator[tuple[int, bytes]]:
    head = 4 if Reader(content, box.start, box.end).number(4) >> 24 else 2
    for entry in _boxes(content, box.start + 4 + head, box.end):
        reader = Reader(content, entry.start, entry.end)
        version = reader.number(4) >> 24
        number = reader.number(2 if version < 3 else 4)
        reader.take(2)
        yield number, reader.take(4)


def _extents(content: bytearray, box: Box, idat: int) -> Iterator[tuple[int, int, int]]:
    """Item, start and length of each extent of each item."""
    reader = Reader(content, box.start, box.end)
    version, sizes = reader.number(4) >> 24, reader.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    if (items := reader.number(wide)) > MAX_PARTS:
        raise Malformed
    for _ in range(items):
        item = reader.number(wide)
        place = reader.number(2) & 15 if version else IN_FILE
        reader.take(2)
        base = reader.number(base_size) + (idat if place == IN_IDAT else 0)
        for _ in range(reader.number(2)):
            reader.take(index_size)
            yield item, base + reader.number(offset_size), reader.number(length_size)
