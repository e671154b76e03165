"""Characters that text columns cannot hold, that are invisible, or that have several encodings."""

import re
from unicodedata import combining, normalize

NUL_CHARACTER = "Znaki null są niedozwolone."
SURROGATES = re.compile("[\ud800-\udfff]")
# Includes line and paragraph separators, because readers of lines split at them.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Characters that change the direction of the text after them.
DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# Besides whitespace and control characters: what fonts draw nothing for (the Unicode property
# Default_Ignorable_Code_Point, DerivedCoreProperties.txt), and blank letters, notes and glyphs.
VISIBLE = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f"
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    r"\u2800\ufff9-\ufffb\U00013430-\U00013442\U00016fe4\U0001d159]"
)
# Normalizing sorts marks that follow each other, in a time that grows with the square of their number. No script puts a
# tenth of this on one letter, and no password is longer.
MAX_MARKS = 128
# Letters that are marks once they are normalized; there are no others.
HIDDEN_MARKS = re.compile("[\u0f73\u0f75\u0f81]")
MARKS = re.compile(rb"[^\0]+")


def unstorable_characters(text: str) -> list[str]:
    """Complaints about characters that no text column can store."""
    complaints = [NUL_CHARACTER] if "\0" in text else []
    if found := SURROGATES.search(text):
        complaints.append(f"Surrogate characters are not allowed: U+{ord(found[0]):X}.")
    return complaints


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of the text."""
    return VISIBLE.search(text) is not None


def is_one_line(text: str) -> bool:
    """Whether it has no control characters, line breaks or characters that change the direction of the text."""
    return not (CONTROLS.search(text) or DIRECTIONS.search(text))


def without_controls(text: str) -> str:
    """Replace each control character and line break with a blank, and remove characters that change the direction."""
    return DIRECTIONS.sub("", CONTROLS.sub(" ", text))


def one_form(text: str) -> str:
    """The text in Unicode's form NFC: what looks the same is the same, however it was typed.

    A text with more than MAX_MARKS marks in a row stays as it is: nobody reads it.
    """
    return text if text.isascii() or _most_marks(text) > MAX_MARKS else normalize("NFC", text)


def _most_marks(text: str) -> int:
    """The longest row of marks; in a short text none is too long."""
    if len(text) <= MAX_MARKS:
        return 0
    # The combining class: 0 for letters, at most 240 for marks.
    classes = bytes(map(combining, HIDDEN_MARKS.sub("\u0f71", text)))
    return max(map(len, MARKS.findall(classes)), default=0)
