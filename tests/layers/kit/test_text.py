"""Which characters of a text are visible."""

import sys
from unicodedata import category, combining, name, normalize

import pytest

from shared.kit.text import HIDDEN_MARKS, MAX_MARKS, is_visible, one_form
from tests.support.invisible_texts import INVISIBLE_TEXTS

# Signs of Arabic, Syriac and Kaithi numbers and words have category Cf, but are visible.
DRAWN_FORMAT_CHARACTERS = ("ARABIC", "SYRIAC", "KAITHI")


@pytest.mark.parametrize("text", INVISIBLE_TEXTS, ids=ascii)
def test_a_text_of_invisible_characters_is_not_visible(text: str) -> None:
    assert not is_visible(text)


def test_no_space_control_or_format_character_is_visible() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} and character != "\u061c":
            drawn = name(character, "").startswith(DRAWN_FORMAT_CHARACTERS)
            assert is_visible(character) == drawn, ascii(character)


@pytest.mark.parametrize(
    "text", ["a", "0", ".", "\u0301", "👨‍👩‍👧", "ﷺ", "\u200b|\u200b", "\u2801", "می‌خواهم"], ids=ascii
)
def test_a_text_with_any_visible_character_is_visible(text: str) -> None:
    assert is_visible(text)


# The second mark is sorted before the first; a Tibetan vowel becomes two marks when normalized.
UNSORTED = ["\u0301\u0316", "\u0f73"]


@pytest.mark.parametrize("marks", UNSORTED, ids=ascii)
@pytest.mark.parametrize("letter", ["", "a", "ą", "漢"])
def test_marks_are_sorted_only_up_to_a_limit(letter: str, marks: str) -> None:
    row = marks * (MAX_MARKS // len(marks))
    sorted_text, unsorted_text = letter + row, letter + row + marks
    assert one_form(sorted_text) == normalize("NFC", sorted_text) != sorted_text
    # A single sign-in with 256 kB of them took 25 seconds.
    assert one_form(unsorted_text) == unsorted_text


def test_many_letters_with_few_marks_each_are_normalized() -> None:
    text = "a\u0301\u0316" * MAX_MARKS
    assert one_form(text) == "\u00e1\u0316" * MAX_MARKS


def test_all_letters_that_become_marks_are_known() -> None:
    characters = map(chr, range(sys.maxunicode + 1))
    hidden = [each for each in characters if combining(each) == 0 and combining(normalize("NFD", each)[0])]
    assert hidden == HIDDEN_MARKS.findall("".join(hidden))
