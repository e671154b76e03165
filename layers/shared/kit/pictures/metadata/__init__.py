"""Removing metadata from pictures, such as the location, the owner and cropped parts.

Nothing is decoded or re-encoded: the pixels stay the same.
"""

from shared.kit.pictures.metadata import chunks, gif, heif, jpeg, tiff
from shared.kit.pictures.metadata.parts import Malformed

__all__ = ["Malformed", "without_metadata"]

# By Pillow's names. The one other, BMP, has no place in which anything is written.
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
    """A picture of the format of that name without metadata; which way is up stays. Raises Malformed."""
    bare = FORMATS.get(name)
    return bare(content, orientation) if bare else content
