"""Excerpts of people's texts for mails and push messages."""

import re

from shared.domain.names import JOINERS
from shared.kit.text import without_controls

# Characters of a text that is quoted.
MAX_QUOTE = 200
# For so many days links that an account writes are left out: strangers would use our mails to send theirs.
NEW_DAYS = 7
# What a mail program may make a link of. No top-level domain begins with a digit: 15.30 is a time.
LINK = re.compile(r"://|@|www\.|[.。．｡][^\W\d_]{2}", re.IGNORECASE)


def has_link(text: str) -> bool:
    """Whether a mail program may make a link of something in it."""
    return LINK.search(JOINERS.sub("", text)) is not None


def quote(text: str, left_out: str = "") -> str:
    """The beginning of a text in one line; with `left_out`, that stands for each word that holds a link."""
    words = without_controls(text[: MAX_QUOTE * 10]).split()
    line = " ".join(left_out if left_out and has_link(word) else word for word in words)
    return line if len(line) <= MAX_QUOTE else f"{line[:MAX_QUOTE].rstrip()}…"
