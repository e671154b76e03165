"""Removing metadata from pictures, such as the location, the owner and cropped parts.

Nothing is decoded or re-encoded: the pixels stay the same.
"""

from shared.kit.pictures.metadata import chunks, gif, heif, jpeg, tiff
from shared.kit.pictures.metadata.parts import Malformed

__all__ = ["Malformed", "without_metadata"]

# By Pillow's names. The only other format, BMP, has no place for metadata.
FORMATS = {
    "JPEG": jpeg.bare,
    "MPO": jpeg.bare,
    "PNG": chunks.bare_png,
    "WEBP": chunks.bare_webp,
    "GIF": gif.bare,
    "HEIF": heif.bare,
    "AVIF": heif.bare,
    "TIFF": tiff.bare,
}


def without_metadata(content: bytes, name: str, orientation: int) -> bytes:
    """A picture of this format without metadata; its orientation is kept. Raises Malformed."""
    bare = FORMATS.get(name)
    return bare(content, orientation) if bare else content
