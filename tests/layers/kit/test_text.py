"""What is seen of a text."""

import sys
from unicodedata import category, name

import pytest

from shared.kit.text import is_visible
from tests.support.invisible_texts import INVISIBLE_TEXTS

# Signs of Arabic, Syriac and Kaithi numbers and words are of category Cf, and drawn.
DRAWN_FORMAT_CHARACTERS = ("ARABIC", "SYRIAC", "KAITHI")


@pytest.mark.parametrize("text", INVISIBLE_TEXTS, ids=ascii)
def test_a_text_of_invisible_characters_is_not_seen(text: str) -> None:
    assert not is_visible(text)


def test_no_blank_control_or_format_character_is_seen() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} and character != "\u061c":
            drawn = name(character, "").startswith(DRAWN_FORMAT_CHARACTERS)
            assert is_visible(character) == drawn, ascii(character)


@pytest.mark.parametrize(
    "text", ["a", "0", ".", "\u0301", "👨‍👩‍👧", "ﷺ", "\u200b|\u200b", "\u2801", "می‌خواهم"], ids=ascii
)
def test_a_text_with_anything_to_see_is_seen(text: str) -> None:
    assert is_visible(text)
