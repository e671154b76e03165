"""Excerpts of people's texts for mails and push messages."""

import re

from shared.domain.names import JOINERS
from shared.kit.text import without_controls

# The most characters that are quoted.
MAX_QUOTE = 200
# Links that an account writes are left out for this many days: strangers would use our mails to send theirs.
NEW_DAYS = 7
# What a mail program might turn into a link. No top-level domain begins with a digit: 15.30 is a time.
LINK = re.compile(r"://|@|www\.|[.。．｡][^\W\d_]{2}", re.IGNORECASE)


def has_link(text: str) -> bool:
    """Whether a mail program might turn part of it into a link."""
    return LINK.search(JOINERS.sub("", text)) is not None


def quote(text: str, left_out: str = "") -> str:
    """The beginning of a text on one line; `left_out`, if given, replaces each word that contains a link."""
    words = without_controls(text[: MAX_QUOTE * 10]).split()
    line = " ".join(left_out if left_out and has_link(word) else word for word in words)
    return line if len(line) <= MAX_QUOTE else f"{line[:MAX_QUOTE].rstrip()}…"
