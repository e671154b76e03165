"""Code that the formats share."""

# Real files have hundreds: more would be work that a sender causes on purpose.
MAX_PARTS = 50_000
# TIFF, the format of EXIF: a directory without tags, and one with the orientation tag only.
NO_TAGS = b"MM\0*\0\0\0\x08" + bytes(6)


class Malformed(Exception):
    """The file violates its format."""


def exif_of(orientation: int) -> bytes:
    """EXIF with the orientation and nothing else."""
    tag = b"\x01\x12\0\x03\0\0\0\x01" + orientation.to_bytes(2) + bytes(2)
    return b"MM\0*\0\0\0\x08\0\x01" + tag + bytes(4)


def is_turned(orientation: int) -> bool:
    return orientation != 1
