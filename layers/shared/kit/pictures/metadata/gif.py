"""GIF (version 89a, sections 15 to 27): blocks, each with a header and data in length-prefixed pieces."""

from collections.abc import Iterator

from shared.kit.pictures.metadata.parts import MAX_PARTS, Malformed

EXTENSION, IMAGE, END = 0x21, 0x2C, 0x3B
TEXT, CONTROL, APPLICATION = 0x01, 0xF9, 0xFF
HEADER, IMAGE_HEADER = 13, 10
# How often an animation is repeated, by two programs, and the colour profile.
NEEDED = frozenset((b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"))
# Blocks and their pieces, which have 255 bytes each.
MAX_STEPS = 4 * MAX_PARTS


def bare(content: bytes, _orientation: int) -> bytes:
    """The frames, how they follow each other, and their colours, up to the end. Raises Malformed."""
    start = HEADER + _colours(content, HEADER - 3)
    if start > len(content):
        raise Malformed
    kept, control = [content[:start]], b""
    for block in _blocks(content, start):
        if block[0] == IMAGE:
            kept += [control, block]
        elif block[1] == APPLICATION and block[3:14] in NEEDED:
            kept.append(block)
        # How long a frame is shown stands before it; before a text, which nobody shows any more, it goes with that.
        if block[0] == IMAGE or block[1] == TEXT:
            control = b""
        elif block[1] == CONTROL:
            control = block
    return b"".join([*kept, bytes((END,))])


def _blocks(content: bytes, at: int) -> Iterator[bytes]:
    steps = iter(range(MAX_STEPS))
    for _ in steps:
        # Old programs leave out the end.
        if at >= len(content) or content[at] == END:
            return
        end = _end(content, at, steps)
        if content[at] in {EXTENSION, IMAGE}:
            yield content[at:end]
        at = end
    raise Malformed


def _end(content: bytes, at: int, steps: Iterator[int]) -> int:
    """Where a block ends; what is none is skipped byte by byte, as decoders do."""
    if content[at] == EXTENSION:
        return _end_of_data(content, at + 2, steps)
    if content[at] == IMAGE:
        return _end_of_data(content, at + IMAGE_HEADER + _colours(content, at + IMAGE_HEADER - 1) + 1, steps)
    return at + 1


def _colours(content: bytes, at: int) -> int:
    """Bytes of the table of colours that the flags there say follows."""
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
