"""PNG (third edition, section 5) and WebP (RFC 9649): chunks with a name and a length."""

import zlib
from collections.abc import Iterator

from shared.kit.pictures.metadata.parts import MAX_PARTS, Malformed, exif_of, is_turned

PNG_START = 8
# Chunks for the picture itself, its frames, its colours and its pixels' meaning.
PNG_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT cICP mDCV cLLI acTL fcTL fdAT".split()
)
WEBP_START = 12
WEBP_NEEDED = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
# Flags of VP8X for EXIF and XMP.
HAS_EXIF, HAS_XMP = 0x08, 0x04


def bare_png(content: bytes, orientation: int) -> bytes:
    """Keep only the chunks that the picture needs, up to its end. Raises Malformed."""
    kept = [content[:PNG_START]]
    for name, chunk in _png_chunks(content):
        if name in PNG_NEEDED:
            kept.append(chunk)
        if name == b"IHDR" and is_turned(orientation):
            kept.append(_png_chunk(b"eXIf", exif_of(orientation)))
        if name == b"IEND":
            return b"".join(kept)
    raise Malformed


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = PNG_START
    for _ in range(MAX_PARTS):
        end = at + 12 + int.from_bytes(content[at : at + 4])
        if end > len(content):
            return
        yield content[at + 4 : at + 8], content[at:end]
        at = end


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def bare_webp(content: bytes, orientation: int) -> bytes:
    """Keep only the chunks that the picture needs. Raises Malformed."""
    kept = [_with_flags(chunk, orientation) for name, chunk in _webp_chunks(content) if name in WEBP_NEEDED]
    if is_turned(orientation):
        kept.append(_webp_chunk(b"EXIF", exif_of(orientation)))
    return _webp_chunk(b"RIFF", b"WEBP" + b"".join(kept))


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, all_end = WEBP_START, 8 + int.from_bytes(content[4:8], "little")
    for _ in range(MAX_PARTS):
        if at >= min(all_end, len(content)):
            return
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        data = content[at + 8 : at + 8 + size]
        if len(data) < size:
            raise Malformed
        name = content[at : at + 4]
        yield name, _webp_chunk(name, data)
        at += 8 + size + size % 2
    raise Malformed


def _webp_chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _with_flags(chunk: bytes, orientation: int) -> bytes:
    if not chunk.startswith(b"VP8X"):
        return chunk
    if len(chunk) < 18:
        raise Malformed
    flags = chunk[8] & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if is_turned(orientation) else 0)
    return chunk[:8] + bytes([flags]) + chunk[9:]
