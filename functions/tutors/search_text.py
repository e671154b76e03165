"""Search conditions on names and locations.

The folded columns are lower-case ASCII and carry trigram indexes; the database folds what is searched for
the same way.
"""

from typing import Any

# No name is longer or has more words; searching for more finds nobody.
MAX_NAME = 511
MAX_WORDS = 20
# A word this long may be misspelt by one letter.
TYPO_LENGTH = 4
MAX_TYPO_LENGTH = 50


def can_match(name: str) -> bool:
    """Whether any tutor's name could contain what is searched for."""
    return len(name) <= MAX_NAME and len(name.split()) <= MAX_WORDS


def may_be_forgiven(name: str, location: str) -> bool:
    """Whether a forgiving search could find more than a plain one."""
    return not (name + location).isascii() or any(_may_be_misspelt(word) for word in name.split())


def location_conditions(location: str, parameters: dict[str, Any], *, forgiving: bool) -> list[str]:
    """The location, or one of its words, starts with the text."""
    text = " ".join(location.split())
    parameters["location"] = _literal(text)
    conditions = ["t.location_folded LIKE '%% ' || fold(%(location)s) || '%%'"]
    if not text.isascii() and not forgiving:
        parameters["location_accents"] = _accents(text)
        # The planner has statistics of this very expression (migration 0005).
        conditions.append("lower(' ' || t.location) LIKE '%% ' || lower(%(location_accents)s) || '%%'")
    return conditions


def name_conditions(name: str, parameters: dict[str, Any], *, forgiving: bool) -> list[str]:
    """Every word stands somewhere in the name."""
    conditions = []
    for number, word in enumerate(dict.fromkeys(name.split())):
        key = f"word{number}"
        parameters[key] = _literal(word)
        as_typed = f"t.name_folded LIKE '%%' || fold(%({key})s) || '%%'"
        if forgiving and _may_be_misspelt(word):
            # Another word may be the one with the slip.
            conditions.append(f"({as_typed} OR {_misspelt(f'fold(%({key})s)', len(word) // 2)})")
            continue
        conditions.append(as_typed)
        if not word.isascii() and not forgiving:
            parameters[f"{key}_accents"] = _accents(word)
            full_name = "lower(t.first_name || ' ' || t.last_name)"
            conditions.append(f"{full_name} LIKE '%%' || lower(%({key}_accents)s) || '%%'")
    return conditions


def _misspelt(wanted: str, half: int) -> str:
    """A word of the name has one letter wrong, missing, added or swapped with its neighbour.

    Such a slip leaves the first or the second half of the word whole, or swaps the letters where they meet:
    that much an index can find.
    """
    swapped = f"overlay({wanted} PLACING reverse(substr({wanted}, {half}, 2)) FROM {half} FOR 2)"
    return (
        f"(t.name_folded LIKE '%% ' || left({wanted}, {half}) || '%%'"
        f" OR t.name_folded LIKE '%%' || right({wanted}, -{half}) || ' %%'"
        f" OR t.name_folded LIKE '%% ' || {swapped} || ' %%')"
        f" AND EXISTS (SELECT FROM string_to_table(t.name_folded, ' ') part WHERE is_one_edit_apart(part, {wanted}))"
    )


def _may_be_misspelt(word: str) -> bool:
    return word.isalpha() and TYPO_LENGTH <= len(word) <= MAX_TYPO_LENGTH


def _literal(text: str) -> str:
    """Text in which LIKE finds no wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _accents(text: str) -> str:
    """A LIKE pattern of the letters with diacritics only: those typed with one want that one."""
    return "".join("_" if character.isascii() else character for character in text)
