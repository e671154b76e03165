"""JPEG (ITU-T T.81, annex B): segments, each behind a marker, and the data of scans."""

import re

from shared.kit.pictures.metadata.parts import MAX_PARTS, Malformed, exif_of, is_turned

MARKER = re.compile(rb"\xff([^\x00\xff])")
# In a scan's data, 0xFF is followed by 0 or by a restart marker.
AFTER_SCAN = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
END, SCAN, COMMENT = 0xD9, 0xDA, 0xFE
# Temporary use, restarts and the start of the image: these have no data.
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
APPLICATIONS = range(0xE0, 0xF0)
# The application segments that decoders need: density, colour profile, colour transform.
NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


def bare(content: bytes, orientation: int) -> bytes:
    """The first picture of the file: data after its end has no defined format; it may be a film. Raises Malformed."""
    kept = [b"\xff\xd8"]
    if is_turned(orientation):
        exif = b"Exif\0\0" + exif_of(orientation)
        kept += [b"\xff\xe1", (len(exif) + 2).to_bytes(2), exif]
    at = 2
    for _ in range(MAX_PARTS):
        found = MARKER.search(content, at)
        if found is None or found[1][0] == END:
            return b"".join([*kept, b"\xff\xd9"])
        marker, at = found[1][0], found.end()
        if marker in ALONE:
            continue
        end = at + int.from_bytes(content[at : at + 2])
        if end < at + 2 or end > len(content):
            raise Malformed
        if marker == SCAN:
            following = AFTER_SCAN.search(content, end)
            end = following.start() if following else len(content)
        if _is_needed(marker, content[at + 2 : at + 16]):
            kept += [found[0], content[at:end]]
        at = end
    raise Malformed


def _is_needed(marker: int, beginning: bytes) -> bool:
    if marker in APPLICATIONS:
        return marker in NEEDED and beginning.startswith(NEEDED[marker])
    return marker != COMMENT
