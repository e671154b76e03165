"""Names of people as others read them in mails, notifications and calendars."""

import re
from collections.abc import Iterator
from unicodedata import name as character_name

# People can enter any name: what a mail program may make a link of is not shown to others. No top-level domain has a
# single letter, initials may stand together.
LINK = re.compile(r"://|@|www\.|[.。．｡][^\W_]{2}", re.IGNORECASE)
MAX_NAME = 40
# Emoji, Persian and the scripts of India are not written right without them.
ZERO_WIDTH_JOINERS = "\u200c\u200d"
JOINERS = re.compile(f"[{ZERO_WIDTH_JOINERS}]")


def presentable(name: str) -> str:
    """A name in one line of limited length, without links, markup and characters nobody sees."""
    seen = "".join(_seen(name))
    words = [word for word in seen.split() if not LINK.search(JOINERS.sub("", word))]
    whole = " ".join(words)
    return whole if len(whole) <= MAX_NAME else whole[:MAX_NAME].rstrip(f" {ZERO_WIDTH_JOINERS}")


def full_name(first_name: str, last_name: str) -> str:
    """Both names as others read them, "" if there is nothing to read."""
    return " ".join(filter(None, (presentable(first_name), presentable(last_name))))


def _seen(name: str) -> Iterator[str]:
    before = " "
    for character in name:
        is_seen = character not in "<>" and (character.isprintable() or character.isspace())
        if is_seen or (character in ZERO_WIDTH_JOINERS and _is_joined(before)):
            yield character
            before = character


def _is_joined(character: str) -> bool:
    """Whether a joiner after it means something."""
    return character.isprintable() and not character.isascii() and not character_name(character, "").startswith("LATIN")
