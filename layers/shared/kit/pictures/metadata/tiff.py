"""TIFF (revision 6.0, section 2): directories of tags, whose values are anywhere in the file.

The file refers to itself by offsets, so metadata is overwritten rather than removed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from shared.kit.pictures.metadata.parts import MAX_PARTS, Malformed

# Bytes per value, by type number.
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
# Picture tags are below the private ones, except for the colour profile.
PRIVATE, COLOUR_PROFILE = 0x8000, 0x8773
# Document and page name, description, camera, software, date, artist, computer, inks, XMP.
TEXTS = frozenset((269, 270, 271, 272, 285, 305, 306, 315, 316, 333, 700))
# Tags that point to directories: further pictures, EXIF, GPS, interoperability.
PICTURES, TAGS = 330, frozenset((0x8769, 0x8825, 0xA005))
ENTRY = 12


@dataclass(frozen=True)
class Entry:
    """A tag of a directory; its values are at `place` and take `size` bytes."""

    raw: bytes
    tag: int
    kind: int
    place: int
    size: int


class _Tiff:
    def __init__(self, content: bytes) -> None:
        self.content = bytearray(content)
        self._order: Literal["little", "big"] = "little" if content.startswith(b"II") else "big"
        self._left = MAX_PARTS
        # Values may overlap, so the number of bytes to overwrite is limited.
        self._bytes_left = 4 * len(content)

    def number(self, at: int, size: int) -> int:
        if at + size > len(self.content):
            raise Malformed
        return int.from_bytes(self.content[at : at + size], self._order)

    def numbers(self, entry: Entry) -> list[int]:
        """The values of a tag that holds offsets."""
        step = SIZES[entry.kind]
        return [self.number(at, step) for at in range(entry.place, entry.place + entry.size, step)]

    def entries(self, directory: int) -> Iterator[Entry]:
        self._left -= 1
        for at in range(directory + 2, directory + 2 + self.number(directory, 2) * ENTRY, ENTRY):
            self._left -= 1
            tag, kind = self.number(at, 2), self.number(at + 2, 2)
            size = SIZES.get(kind, 0) * self.number(at + 4, 4)
            place = at + 8 if size <= 4 else self.number(at + 8, 4)
            if self._left < 0 or place + size > len(self.content):
                raise Malformed
            yield Entry(bytes(self.content[at : at + ENTRY]), tag, kind, place, size)

    def bare(self) -> None:
        """Process all directories of pictures."""
        directories, seen = [self.number(4, 4)], {0}
        while directories:
            directory = directories.pop()
            if directory in seen:
                continue
            if self._left < 0:
                raise Malformed
            seen.add(directory)
            entries = list(self.entries(directory))
            directories.append(self.number(directory + 2 + len(entries) * ENTRY, 4))
            for entry in entries:
                if entry.tag == PICTURES and entry.kind in SIZES:
                    directories += self.numbers(entry)
            self._reduce(directory, entries)

    def _reduce(self, directory: int, entries: list[Entry]) -> None:
        """Keep only the tags that a picture needs; the offset of the next directory follows the last of them."""
        kept = [entry.raw for entry in entries if _is_needed(entry.tag)]
        for entry in entries:
            if not _is_needed(entry.tag):
                self._blank(entry)
        end = directory + 2 + len(entries) * ENTRY
        table = len(kept).to_bytes(2, self._order) + b"".join(kept) + self.content[end : end + 4]
        self.content[directory : end + 4] = table.ljust(end + 4 - directory, b"\0")

    def _blank(self, entry: Entry, depth: int = 2) -> None:
        if entry.tag in TAGS and entry.kind in SIZES and depth:
            for directory in self.numbers(entry)[:1]:
                for tag in list(self.entries(directory)):
                    self._blank(tag, depth - 1)
                self._zero(directory + 2, self.number(directory, 2) * ENTRY)
        self._zero(entry.place, entry.size)

    def _zero(self, start: int, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise Malformed
        self.content[start : start + size] = bytes(min(size, len(self.content) - start))


def _is_needed(tag: int) -> bool:
    return tag == COLOUR_PROFILE or (tag < PRIVATE and tag not in TEXTS)


def bare(content: bytes, _orientation: int) -> bytes:
    """The file without the tags that the picture does not need; the orientation is kept. Raises Malformed."""
    tiff = _Tiff(content)
    tiff.bare()
    return bytes(tiff.content)
