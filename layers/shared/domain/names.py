"""People's names as others see them in mails, notifications and calendars."""

import re
from collections.abc import Iterator
from unicodedata import name as character_name

# People can enter any name, so parts that a mail program might turn into a link are not shown to others. No top-level
# domain has a single letter, so initials may stand together.
LINK = re.compile(r"://|@|www\.|[.。．｡][^\W_]{2}", re.IGNORECASE)
MAX_NAME = 40
# Emoji, Persian and the scripts of India need joiners to be written correctly.
ZERO_WIDTH_JOINERS = "\u200c\u200d"
JOINERS = re.compile(f"[{ZERO_WIDTH_JOINERS}]")


def presentable(name: str) -> str:
    """A name on one line of limited length, without links, markup or invisible characters."""
    seen = "".join(_seen(name))
    words = [word for word in seen.split() if not LINK.search(JOINERS.sub("", word))]
    whole = " ".join(words)
    return whole if len(whole) <= MAX_NAME else whole[:MAX_NAME].rstrip(f" {ZERO_WIDTH_JOINERS}")


def full_name(first_name: str, last_name: str) -> str:
    """First and last name as others see them, "" if nothing is left to show."""
    return " ".join(filter(None, (presentable(first_name), presentable(last_name))))


def _seen(name: str) -> Iterator[str]:
    before = " "
    for character in name:
        is_seen = character not in "<>" and (character.isprintable() or character.isspace())
        if is_seen or (character in ZERO_WIDTH_JOINERS and _is_joined(before)):
            yield character
            before = character


def _is_joined(character: str) -> bool:
    """Whether a joiner after this character has an effect."""
    return character.isprintable() and not character.isascii() and not character_name(character, "").startswith("LATIN")
