"""GIF (version 89a, sections 15 to 27): blocks, each with a header and data in length-prefixed pieces."""

from collections.abc import Iterator

from shared.kit.pictures.metadata.parts import MAX_PARTS, Malformed

EXTENSION, IMAGE, END = 0x21, 0x2C, 0x3B
TEXT, CONTROL, APPLICATION = 0x01, 0xF9, 0xFF
HEADER, IMAGE_HEADER = 13, 10
# The repeat counts of animations, as two programs write them, and the colour profile.
NEEDED = frozenset((b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"))
# The most blocks and pieces; a piece has at most 255 bytes.
MAX_STEPS = 4 * MAX_PARTS


def bare(content: bytes, _orientation: int) -> bytes:
    """Keep the frames, their timing and their colours, up to the end. Raises Malformed."""
    start = HEADER + _colours(content, HEADER - 3)
    if start > len(content):
        raise Malformed
    kept, control = [content[:start]], b""
    for block in _blocks(content, start):
        if block[0] == IMAGE:
            kept += [control, block]
        elif block[1] == APPLICATION and block[3:14] in NEEDED:
            kept.append(block)
        # A frame's duration precedes the frame; one that precedes a text, which no program shows any more, is dropped
        # with it.
        if block[0] == IMAGE or block[1] == TEXT:
            control = b""
        elif block[1] == CONTROL:
            control = block
    return b"".join([*kept, bytes((END,))])


def _blocks(content: bytes, at: int) -> Iterator[bytes]:
    steps = iter(range(MAX_STEPS))
    for _ in steps:
        # Old programs omit the end marker.
        if at >= len(content) or content[at] == END:
            return
        end = _end(content, at, steps)
        if content[at] in {EXTENSION, IMAGE}:
            yield content[at:end]
        at = end
    raise Malformed


def _end(content: bytes, at: int, steps: Iterator[int]) -> int:
    """The end of a block; bytes that belong to no block are skipped one by one, as decoders do."""
    if content[at] == EXTENSION:
        return _end_of_data(content, at + 2, steps)
    if content[at] == IMAGE:
        return _end_of_data(content, at + IMAGE_HEADER + _colours(content, at + IMAGE_HEADER - 1) + 1, steps)
    return at + 1


def _colours(content: bytes, at: int) -> int:
    """The size in bytes of the colour table announced by the flags."""
    if at >= len(content):
        raise Malformed
    return 3 << (content[at] & 7) + 1 if content[at] & 0x80 else 0


def _end_of_data(content: bytes, at: int, steps: Iterator[int]) -> int:
    for _ in steps:
        if at >= len(content):
            break
        if content[at] == 0:
            return at + 1
        at += content[at] + 1
    raise Malformed
