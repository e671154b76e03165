"""What counts as one emoji, by the grammar of Unicode's UTS #51, without a table of all emojis.

A character's role follows from the properties Python knows: an emoji drawn in colour by default is a wide symbol (UAX
#11); any other symbol becomes one with U+FE0F. So each has exactly one form, fully qualified, and emojis that look the
same are equal. New ones are accepted before Python knows them, because their blocks are reserved for pictographs.
"""

import re
from unicodedata import category, east_asian_width

ZWJ, COLOUR, KEYCAP = "\u200d", "\ufe0f", "\u20e3"
# The longest recommended emoji has ten characters.
MAX_LENGTH = 12
KEYCAPS = frozenset("0123456789#*")
# Symbols outside the blocks below that have a colour form.
OTHERS = frozenset("\u00a9\u00ae\u203c\u2049\u2122\u2139\u3030\u303d\u3297\u3299")
# Squared CJK ideographs are wide but not coloured by default.
WIDE_TEXT = frozenset("\U0001f202\U0001f237")


def read_emoji(text: str) -> str | None:
    """One emoji in its fully qualified form; None for anything else, including several."""
    if not 0 < len(text) <= MAX_LENGTH:
        return None
    for read in (_flag, _keycap, _tagged_flag, _skin):
        if found := read(text):
            return found
    parts = [_part(part) for part in text.split(ZWJ)]
    return ZWJ.join(part for part in parts if part) if all(parts) else None


def _flag(text: str) -> str | None:
    """Two regional indicators."""
    return text if re.fullmatch("[\U0001f1e6-\U0001f1ff]{2}", text) else None


def _keycap(text: str) -> str | None:
    is_keycap = text[0] in KEYCAPS and text[1:].removeprefix(COLOUR) == KEYCAP
    return f"{text[0]}{COLOUR}{KEYCAP}" if is_keycap else None


def _tagged_flag(text: str) -> str | None:
    """A black flag, a region's letters as tags and the end tag, such as Scotland's."""
    tags = text[1:-1]
    is_flag = text[0] == "\U0001f3f4" and text[-1] == "\U000e007f" and tags != ""
    return text if is_flag and all("\U000e0030" <= each <= "\U000e007a" for each in tags) else None


def _part(text: str) -> str | None:
    """A symbol, with a skin tone or in its colour form."""
    if not text or not _is_symbol(text[0]):
        return None
    symbol, rest = text[0], text[1:]
    if rest and _is_skin(rest):
        return text
    if rest not in {"", COLOUR}:
        return None
    return symbol if _is_coloured(symbol) else symbol + COLOUR


def _skin(text: str) -> str | None:
    """A skin tone alone (a swatch), or None."""
    return text if _is_skin(text) else None


def _is_skin(text: str) -> bool:
    return len(text) == 1 and "\U0001f3fb" <= text <= "\U0001f3ff"


def _is_symbol(character: str) -> bool:
    if "\u2190" <= character <= "\u2bff":
        return category(character) in {"So", "Sm", "Ps", "Pe", "Po"} and not _is_drawing(character)
    if "\U0001f000" <= character <= "\U0001faff":
        return category(character) in {"So", "Cn"} and not _is_indicator(character)
    return character in OTHERS


def _is_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_drawing(character: str) -> bool:
    """Whether it is mathematics, a box or Braille, which have no colour form."""
    return "\u2200" <= character <= "\u22ff" or "\u2500" <= character <= "\u259f" or "\u2800" <= character <= "\u28ff"


def _is_coloured(character: str) -> bool:
    """Whether it is coloured by default. Characters unknown to Python count as coloured: all new ones are."""
    if character in OTHERS or character in WIDE_TEXT:
        return False
    return east_asian_width(character) == "W" or category(character) == "Cn"
